"""Who serves: from results of checks to the tables that are wanted; no I/O."""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...errors import ConfigError
from ...model import Address
from ...suggest import did_you_mean
from ..tables.tables import BackendEntry, Tables
from .assemble import Parts, assemble
from .members import Member, Members, gather
from .memory import Memory
from .numbers import Key
from .pace import NEVER_S
from .plan import Plan, VipPlan
from .selections import FOLLOWING, Candidate, Selected, select


@dataclass(frozen=True, slots=True)
class Reused:
    """Numbers that somebody else had before: what is kept under them is no longer so.

    Args:
        backends: of backends.
        vips: of VIPs.
    """

    backends: tuple[int, ...]
    vips: tuple[int, ...]


class Roster:
    """The health and weight of every backend, and the tables that follow from them.

    Until each backend was checked once, those serve that did so before, and in a pool
    that is new all of them.

    Args:
        plan: what the configuration asks for.
        memory: what was before.
        now_s: the time, in seconds of the clock that all methods are given.
        before: the tables that are in use, if any are.
    """

    def __init__(
        self, plan: Plan, memory: Memory, now_s: float, before: Tables | None = None
    ) -> None:
        self.plan = plan
        self._memory = memory.copy()
        known = {key[0] for key in memory.backends}
        self._members: dict[str, Members] = {}
        for pool in plan.pools:
            served = memory.serving if pool.pool.name in known else None
            self._members[pool.pool.name] = gather(pool, served, memory.weights)
        self.reused = self._number()
        self._selected: dict[Key, Selected] = {}
        self._flows: Mapping[int, int] = {}
        self._macs: Mapping[Address, bytes] = {}
        self.tables = self._make(now_s, before)

    def note(self, pool: str, backend: str, aspect: str, passed: bool) -> bool:
        """Take in a check's result; return whether the backend's health changed.

        One that was under way when its backend was removed changes nothing.
        """
        members = self._members.get(pool)
        member = members.by_name.get(backend) if members else None
        if members is None or member is None or aspect not in member.healths:
            return False
        return members.note(backend, aspect, passed)

    def is_complete(self) -> bool:
        """Whether every backend was checked at least once."""
        return all(member.is_checked for _, _, member in self.each())

    def alive(self) -> frozenset[tuple[str, str]]:
        """Return who counts as alive now, as pool and backend."""
        return frozenset((pool, name) for pool, name, m in self.each() if m.alive)

    def update(self, now_s: float) -> Tables:
        """Return the tables wanted now; those in which nothing changed stay as are."""
        for members in self._members.values():
            members.serve(now_s)
        self.tables = self._make(now_s, self.tables)
        return self.tables

    def next_s(self, now_s: float) -> float:
        """Return in how many seconds the tables change by themselves."""
        waits = (members.next_s(now_s) for members in self._members.values())
        return min(waits, default=NEVER_S)

    def set_weight(self, backend: str, weight: int | None, pool: str = "") -> None:
        """Set a backend's weight by hand, in one pool or in all; None takes it back.

        Raises:
            ConfigError: there is no such backend.
        """
        found = [m for p, n, m in self.each() if n == backend and pool in ("", p)]
        if not found:
            names = sorted({name for _, name, _ in self.each()})
            where = f" in pool {pool!r}" if pool else ""
            near = did_you_mean(backend, names)
            raise ConfigError(f"no backend is named {backend!r}{where}{near}")
        for member in found:
            member.weight = weight

    def follows_flows(self) -> bool:
        """Whether `note_flows` changes the tables."""
        return any(vip.selection.method in FOLLOWING for vip in self.plan.vips)

    def note_flows(self, flows: Mapping[int, int]) -> None:
        """Take in how many active flows each backend has, by number."""
        self._flows = flows

    def note_neighbours(self, macs: Mapping[Address, bytes], now_s: float) -> bool:
        """Take in hardware addresses; return whether the tables are others now.

        What the configuration says of a backend comes first.
        """
        if macs == self._macs:
            return False
        self._macs, before = macs, self.tables
        self.tables = self._make(now_s, before)
        return self.tables != before

    def each(self) -> Iterator[tuple[str, str, Member]]:
        """Yield every backend: its pool's name, its own, and how it is."""
        for pool, members in self._members.items():
            for name, member in members.by_name.items():
                yield pool, name, member

    def weight_of(self, pool: str, backend: str, now_s: float) -> float:
        """Return the weight that a backend's slots follow now."""
        return self._members[pool].weight_of(backend, now_s)

    def backend_number(self, pool: str, backend: str) -> int:
        """Return a backend's number in the tables."""
        return self._memory.backends[self._members[pool].key(backend)]

    def vip_number(self, vip: VipPlan) -> int:
        """Return a VIP's number, under which its traffic is counted."""
        return self._memory.vips[vip.key()]

    def table_number(self, vip: VipPlan) -> int:
        """Return the number of the table of slots that a VIP is led to."""
        return self._memory.tables[vip.table()]

    def replanned(self, plan: Plan, now_s: float) -> "Roster":
        """Return the roster of another plan with all that is known; this one stays."""
        new = Roster(plan, self.remember(), now_s)
        for name, members in new._members.items():
            if name in self._members:
                members.inherit(self._members[name])
        new._selected = {
            key: selected
            for key, selected in self._selected.items()
            if key in new._memory.tables
        }
        new.tables, new._flows, new._macs = self.tables, self._flows, self._macs
        return new

    def renumbered(self, now_s: float) -> "Roster":
        """Return the same with tables of slots numbered from 0; this one stays.

        A change that is remembered for older flows is forgotten.
        """
        memory = replace(self.remember(), tables=Memory().tables)
        new = Roster(self.plan, memory, now_s)
        for name, members in new._members.items():
            members.inherit(self._members[name])
        new._macs = self._macs
        new.tables = new._make(now_s, None)
        return new

    def remember(self) -> Memory:
        """Return what must not be forgotten."""
        each = list(self.each())
        serving = (self._members[p].key(name) for p, name, m in each if m.serves)
        weights: dict[Key, int] = {
            (pool, name): member.weight
            for pool, name, member in each
            if member.weight is not None
        }
        known = self._memory.copy()
        return replace(known, serving=frozenset(serving), weights=weights)

    def _number(self) -> Reused:
        backends = [
            key for members in self._members.values() for key in members.identities()
        ]
        self._memory.tables.assign(
            list(dict.fromkeys(v.table() for v in self.plan.vips))
        )
        return Reused(
            self._memory.backends.assign(backends),
            self._memory.vips.assign([vip.key() for vip in self.plan.vips]),
        )

    def _make(self, now_s: float, before: Tables | None) -> Tables:
        slots = {}
        for vip in self.plan.vips:
            key = vip.table()
            if key not in slots:
                slots[key] = self._select(vip, now_s)
        numbers = self._memory.tables
        parts = Parts(
            options=self.plan.options,
            vips=[
                (v.vip, numbers[v.table()], self.vip_number(v)) for v in self.plan.vips
            ],
            slots={numbers[key]: table for key, table in slots.items()},
            backends={
                self.backend_number(pool, name): self._entry(m)
                for pool, name, m in self.each()
            },
        )
        return assemble(parts, before)

    def _entry(self, member: Member) -> BackendEntry:
        entry = BackendEntry.of(member.backend, usable=member.serves)
        if entry.mac is None:
            return replace(entry, mac=self._macs.get(entry.address))
        return entry

    def _select(self, vip: VipPlan, now_s: float) -> "array[int]":
        key = vip.table()
        follows = vip.selection.method in FOLLOWING
        candidates = tuple(self._candidates(vip.vip.pool, now_s, follows))
        selected = select(vip.selection, candidates, self._selected.get(key))
        self._selected[key] = selected
        return selected.slots

    def _candidates(
        self, pool: str, now_s: float, follows: bool
    ) -> Iterator[Candidate]:
        members = self._members[pool]
        for each in members.weighted(now_s):
            number = self.backend_number(pool, each.name)
            flows = self._flows.get(number, 0) if follows else 0
            yield Candidate(each.name, each.weight, number, flows)
