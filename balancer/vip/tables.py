"""The tables that decide: made whole from configuration and health, never edited."""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, TypeVar

from ..hashing.flow import hash_flow
from ..hashing.maglev import maglev_table
from ..hashing.selector import EMPTY
from ..model import (
    Address,
    Backend,
    FiveTuple,
    Forwarding,
    Handling,
    Pool,
    Tracking,
    Vip,
)
from .forwarding.modes import OVERHEAD
from .nat.limits import NatLimits

# As port and protocol: the address is a VIP's, whatever the port. As port alone: where
# fragments go, which have none.
ANY = 0

NAT_LIMITS = NatLimits()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is kept and of what is answered; rates are of each CPU.

    Args:
        flows: most that are tracked.
        idle_s: how long a flow may be unused and still be known.
        new_flows_per_s: most that are newly tracked; the rest is hashed alone.
        answers_per_s: most ICMP packets that are sent.
        samples_per_s: most packets told of that the flow table did not decide.
        nat: of translated flows.
    """

    flows: int = 65536
    idle_s: float = 900.0
    new_flows_per_s: float = 20_000.0
    answers_per_s: float = 1_000.0
    samples_per_s: float = 0.0
    nat: NatLimits = NAT_LIMITS


@dataclass(frozen=True, slots=True)
class Options:
    """What is fixed while the program runs.

    Args:
        source: outer source address.
        mtu: largest outer packet, in octets.
        mac: our hardware address, six octets.
        gateway_mac: the next hop of everything that is sent.
        limits: the bounds of its state.
        splits: whether a VIP's packets may be split.
        forwardings: the modes that VIPs have; the program is made for these alone.
        source6: outer source address where the outer header is IPv6's.
    """

    source: IPv4Address
    mtu: int
    mac: bytes
    gateway_mac: bytes
    limits: Limits = Limits()
    splits: bool = False
    forwardings: frozenset[Forwarding] = frozenset({Forwarding.GRE})
    source6: IPv6Address | None = None


class VipKey(NamedTuple):
    """Where packets are balanced; a NamedTuple, because it is looked up per packet."""

    version: int
    address: int
    protocol: int
    port: int


@dataclass(frozen=True, slots=True)
class VipEntry:
    """A VIP's pool and its own number, under which its traffic is counted."""

    pool: int
    number: int
    handling: Handling


class Slot(NamedTuple):
    """Where a flow's hash leads; a NamedTuple, because one is made per packet.

    `backend` has the new flows of the slot and `previous` those from before a change;
    either is `EMPTY` when there is nobody, or no change to remember.
    """

    pool: int
    number: int
    backend: int
    previous: int


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """Where a backend is, and whether flows that it has may still be sent to it.

    Args:
        address: outer destination, or the one that a packet is rewritten to.
        usable: whether flows that it has may still be sent to it.
        address6: the same where the outer header, or the packet, is IPv6's.
        mac: its hardware address, six octets, where it is in reach of one.
    """

    address: Address
    usable: bool
    address6: IPv6Address | None = None
    mac: bytes | None = None

    @classmethod
    def of(cls, backend: Backend, *, usable: bool) -> "BackendEntry":
        """Return the entry of a backend."""
        return cls(backend.address, usable, backend.address6, backend.mac)


@dataclass(frozen=True, slots=True)
class Tables:
    """All that a verdict depends on, beside the flow table.

    Args:
        options: what is fixed.
        vips: by key; every address also under port and protocol `ANY`, and under
            port `ANY` for each of its protocols.
        slots: a table for each pool, of positions in `backends`.
        previous: the same for flows older than a change that is remembered; None for
            a pool without such a change.
        backends: all pools' backends, in the order of the configuration.
    """

    options: Options
    vips: Mapping[VipKey, VipEntry]
    slots: tuple["array[int]", ...]
    previous: tuple["array[int] | None", ...]
    backends: tuple[BackendEntry, ...]

    def vip(self, flow: FiveTuple) -> VipEntry | None:
        """Return the VIP that a flow is sent to; one of fragments has port `ANY`."""
        key = VipKey(
            flow.version, flow.destination, flow.protocol, flow.destination_port
        )
        return self.vips.get(key)

    def slot(self, vip: VipEntry, flow: FiveTuple) -> Slot:
        """Return the slot of a flow in the table of its VIP's pool."""
        owners, previous = self.slots[vip.pool], self.previous[vip.pool]
        number = hash_flow(flow) % len(owners)
        before = EMPTY if previous is None else previous[number]
        return Slot(vip.pool, number, owners[number], before)

    def mtu(self, vip: VipEntry) -> int:
        """Return the largest outer packet for a VIP, in octets."""
        return min(vip.handling.mtu or self.options.mtu, self.options.mtu)

    def room(self, vip: VipEntry) -> int:
        """Return the largest packet that fits when it is sent on, in octets."""
        return self.mtu(vip) - OVERHEAD[vip.handling.forwarding]

    def is_usable(self, backend: int) -> bool:
        """Whether there is such a backend, and flows may be sent to it."""
        return backend < len(self.backends) and self.backends[backend].usable

    def may_answer(self, flow: FiveTuple) -> bool:
        """Whether a flow is to our own address, where backends of "nat" answer."""
        own = self.options.source if flow.version == 4 else self.options.source6
        translates = Forwarding.NAT in self.options.forwardings
        return translates and own is not None and flow.destination == int(own)

    def is_vip_address(self, version: int, address: int) -> bool:
        """Whether any VIP has this address."""
        return VipKey(version, address, ANY, ANY) in self.vips


def build_tables(
    options: Options, pools: Sequence[Pool], vips: Sequence[Vip]
) -> Tables:
    """Return the tables in which every backend serves; `serve` narrows a pool."""
    members = [backend for pool in pools for backend in pool.backends]
    backends = tuple(BackendEntry.of(member, usable=False) for member in members)
    empty = (array("I"),) * len(pools)
    nothing = (None,) * len(pools)
    numbers = {pool.name: number for number, pool in enumerate(pools)}
    entries = vip_entries((vip, numbers[vip.pool], n) for n, vip in enumerate(vips))
    tables = Tables(options, entries, empty, nothing, backends)
    for pool in pools:
        names = frozenset(backend.name for backend in pool.backends)
        tables = serve(tables, pools, pool.name, names)
    return tables


def serve(
    tables: Tables, pools: Sequence[Pool], name: str, serving: frozenset[str]
) -> Tables:
    """Return `tables` with the backends `serving` in the pool `name`, and no others.

    One with weight 0 is drained: it keeps the flows that it has and gets no new ones.
    """
    number = [pool.name for pool in pools].index(name)
    first = first_backend(pools, number)
    members = pools[number].backends
    slots = maglev_table({b.name: _weight(b, serving) for b in members}, first)
    entries = [BackendEntry.of(b, usable=b.name in serving) for b in members]
    tables = replace(tables, backends=_put(tables.backends, first, entries))
    previous = previous_slots(tables, number, slots)
    return replace(
        tables,
        slots=_put(tables.slots, number, [slots]),
        previous=_put(tables.previous, number, [previous]),
    )


def settle(tables: Tables, pool: int, stale: Collection[int]) -> Tables:
    """Return `tables` in which slots of a pool no longer remember a change."""
    previous = tables.previous[pool]
    if previous is None or not stale:
        return tables
    kept = previous[:]
    for slot in stale:
        kept[slot] = EMPTY
    nobody = kept.count(EMPTY) == len(kept)
    settled = _put(tables.previous, pool, [None if nobody else kept])
    return replace(tables, previous=settled)


def first_backend(pools: Sequence[Pool], number: int) -> int:
    """Return the position of a pool's first backend among all pools' backends."""
    return sum(len(pool.backends) for pool in pools[:number])


def serving_set(
    pool: Pool, alive: frozenset[str], last: frozenset[str]
) -> frozenset[str]:
    """Return who serves: the alive, or the last set when nobody alive has a weight.

    Who asks then gets what answer there is, and a fault of the checks does no harm.
    """
    useful = any(b.weight and b.name in alive for b in pool.backends)
    return alive if useful else last


def previous_slots(
    tables: Tables, pool: int, slots: "array[int]"
) -> "array[int] | None":
    """Return to whom older flows go when `slots` become the table of a pool.

    The flows that are in no table are as old as the first change that is remembered:
    so a slot that changes once more keeps what it has. Who died has no flows to keep.
    """
    tracked = any(
        vip.pool == pool and vip.handling.tracking is Tracking.CHANGED
        for vip in tables.vips.values()
    )
    old, before = tables.slots[pool], tables.previous[pool]
    if not tracked or len(old) != len(slots):
        return None
    keeps = frozenset(n for n, entry in enumerate(tables.backends) if entry.usable)
    changed = (
        owner if owner != new and owner in keeps else EMPTY
        for owner, new in zip(old, slots, strict=True)
    )
    if before is not None:
        pairs = zip(before, changed, strict=True)
        changed = (first if first != EMPTY else then for first, then in pairs)
    return array("I", changed)


def _weight(backend: Backend, serving: frozenset[str]) -> int:
    return backend.weight if backend.name in serving else 0


def _put(old: tuple[T, ...], start: int, new: Iterable[T]) -> tuple[T, ...]:
    items = list(new)
    return (*old[:start], *items, *old[start + len(items) :])


def vip_entries(placed: Iterable[tuple[Vip, int, int]]) -> dict[VipKey, VipEntry]:
    """Return the entries of VIPs, each given with its table's number and its own."""
    entries: dict[VipKey, VipEntry] = {}
    for vip, table, number in placed:
        entry = VipEntry(table, number, vip.handling)
        version, address = vip.address.version, int(vip.address)
        entries[VipKey(version, address, vip.protocol, vip.port)] = entry
        # The first VIP of an address has what cannot be told apart.
        entries.setdefault(VipKey(version, address, vip.protocol, ANY), entry)
        entries.setdefault(VipKey(version, address, ANY, ANY), entry)
    return entries
