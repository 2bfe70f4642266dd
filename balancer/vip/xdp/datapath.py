"""The XDP program and its maps: tables in, counters out."""

from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from ...kernel.counters import read_counters
from ...kernel.maps import Map
from ...kernel.objects import BpfObject, loaded
from ...model import FiveTuple, Forwarding
from ..decision.clock import monotonic_ticks, passed_since, ticks
from ..decision.verdict import Reason
from ..pools.changes import settle
from ..tables.options import Options
from ..tables.tables import Tables
from .layouts import (
    FLOW,
    INDEX,
    PORT,
    RATES,
    TRAFFIC,
    VIP,
    backend_bytes,
    flow_of,
    options_bytes,
    vip_bytes,
    vip_key_bytes,
)
from .nat_maps import TranslationMap
from .programs import BPF
from .slots import SlotHalves, slot_entries
from .traffic import Traffic


@dataclass(frozen=True, slots=True)
class Kept:
    """What is gone on with of another program's maps.

    Args:
        maps: by name; those of another shape are not used.
        table_sizes: slots of each table, by its number.
        room: slots that the map of slots shall have at least.
    """

    maps: Mapping[str, Map] = field(default_factory=dict)
    table_sizes: tuple[int, ...] = ()
    room: int = 0

    def has(self, wanted: Map) -> bool:
        """Whether a map of the new program is one of these."""
        old = self.maps.get(wanted.name)
        return old is not None and old.shape == wanted.shape


NOTHING_KEPT = Kept()


class Datapath:
    """The loaded program; `write` makes the kernel's tables what is wanted.

    Each pool has two tables in the kernel. A change is written into the one that is
    not in use, then the VIPs are pointed to it: no packet sees a half-written table.
    """

    def __init__(self, loaded_object: BpfObject, kept: Kept = NOTHING_KEPT) -> None:
        self.maps = self._maps = loaded_object.maps
        self.programs = loaded_object.programs
        self.translations = TranslationMap(self._maps["translations"])
        self._halves = SlotHalves(self._maps["slots"].memory())
        # By pool: owners of the slots, and to whom older flows go.
        self._slots: list[tuple[array[int], array[int] | None]] = []
        self._backends: dict[int, bytes] = {}
        self._vips: dict[bytes, bytes] = {}
        if kept.has(self._maps["slots"]):
            self._resume(kept.table_sizes)

    def write(self, tables: Tables) -> None:
        """Make the kernel's tables `tables`; what is already there is not written."""
        # Backends first: a slot must never name one that the kernel does not know.
        self._write_backends(tables)
        now = monotonic_ticks()
        pairs = list(zip(tables.slots, tables.previous, strict=True))
        for pool, pair in enumerate(pairs):
            if self._slots[pool : pool + 1] != [pair]:
                self._halves.write(pool, *pair, now)
        self._slots = pairs
        self._write_vips(tables)

    def send_by(self, interface_index: int) -> None:
        """Send by an interface what may have to be split (bpf/split.h)."""
        port = PORT.pack(interface_index, self.programs["split"])
        for half in (0, 1):
            self._maps["split_ports"].update(INDEX.pack(half), port)

    def settled(self, tables: Tables) -> Tables:
        """Return `tables` without the changes that no flow has needed for long."""
        idle = ticks(tables.options.limits.idle_s)
        for pool, previous in enumerate(tables.previous):
            if previous is not None and tables.settles(pool):
                changed = self.changed_slots(pool).items()
                stale = [n for n, tick in changed if passed_since(tick) > idle]
                tables = settle(tables, pool, stale)
        return tables

    def changed_slots(self, pool: int) -> dict[int, int]:
        """Return the slots that remember a change, and when that mattered last."""
        return self._halves.changed(pool)

    def forget(self, backends: Collection[int], vips: Collection[int]) -> None:
        """Make numbers mean nobody, before others have them: no flows, nothing sent."""
        for number in vips:
            self._maps["vip_traffic"].clear(INDEX.pack(number))
        for number in backends:
            self._maps["backend_traffic"].clear(INDEX.pack(number))
        if backends:
            self.translations.forget(backends)
            flows = self._maps["flows"]
            for key, value in list(flows.items()):
                if FLOW.unpack(value)[0] in backends:
                    flows.delete(key)

    def counters(self) -> dict[str, int]:
        """Return the packets counted for each reason, over all CPUs."""
        return read_counters(self._maps["counters"], Reason)

    def vip_traffic(self, number: int) -> Traffic:
        """Return what was sent on for a VIP."""
        return _traffic(self._maps["vip_traffic"], number)

    def backend_traffic(self, number: int) -> Traffic:
        """Return what was sent on to a backend."""
        return _traffic(self._maps["backend_traffic"], number)

    def flows(self) -> dict[FiveTuple, int]:
        """Return the flow table: backends by flow."""
        items = self._maps["flows"].items()
        return {flow_of(key): FLOW.unpack(value)[0] for key, value in items}

    def active_flows(self, within_s: float) -> Mapping[int, int]:
        """Return how many flows each backend has that had a packet lately."""
        recent = ticks(within_s)
        pairs = (FLOW.unpack(value) for _, value in self._maps["flows"].items())
        return Counter(n for n, used in pairs if passed_since(used) <= recent)

    def flow_count(self) -> int:
        """Return how many flows are tracked."""
        return self._maps["flows"].count()

    def flows_created(self) -> int:
        """Return how many flows got a place; those no longer there were evicted."""
        rates = self._maps["rates"].lookup(INDEX.pack(0))
        return sum(RATES.unpack(value)[-1] for value in rates)

    def _resume(self, table_sizes: tuple[int, ...]) -> None:
        self._vips = dict(self._maps["vips"].items())
        firsts = {VIP.unpack(value)[0] for value in self._vips.values()}
        self._halves.resume(table_sizes, firsts)
        self._slots = [self._halves.read(table) for table in range(len(table_sizes))]

    def _write_backends(self, tables: Tables) -> None:
        wanted = {n: backend_bytes(entry) for n, entry in enumerate(tables.backends)}
        changed = {n: v for n, v in wanted.items() if self._backends.get(n) != v}
        if changed:
            keys = array("I", changed).tobytes()
            self._maps["backends"].update_batch(keys, b"".join(changed.values()))
        self._backends = wanted

    def _write_vips(self, tables: Tables) -> None:
        wanted = {
            vip_key_bytes(key): vip_bytes(
                self._halves.place(entry.pool), entry, tables.room(entry)
            )
            for key, entry in tables.vips.items()
        }
        vips = self._maps["vips"]
        for key, value in wanted.items():
            if self._vips.get(key) != value:
                vips.update(key, value)
        for key in self._vips.keys() - wanted.keys():
            vips.delete(key)
        self._vips = wanted


@contextmanager
def open_datapath(
    tables: Tables, name: str = "vip", kept: Kept = NOTHING_KEPT
) -> Iterator[Datapath]:
    """Load the program with `tables` in it, on no interface yet.

    Args:
        tables: what it starts with; its options stay as they are.
        name: the object, "vip" or "bench".
        kept: maps of a program whose place this one will take.

    Raises:
        Unsupported: libbpf is missing, or the kernel refuses the program.
    """
    room = max(slot_entries(tables), kept.room)
    sizes = {"slots": room, **map_sizes(tables.options)}
    rodata = options_bytes(tables.options)
    with loaded(BPF / f"{name}.bpf.o", rodata, sizes, kept.maps) as loaded_object:
        datapath = Datapath(loaded_object, kept)
        datapath.write(tables)
        for flows in ("flows", "translations"):
            if flows in kept.maps and not kept.has(datapath.maps[flows]):
                _copy(kept.maps[flows], datapath.maps[flows])
        yield datapath


def map_sizes(options: Options) -> dict[str, int]:
    """Return how many flows maps are made for, by name of the map."""
    translates = Forwarding.NAT in options.forwardings
    limits = options.limits
    return {
        "flows": limits.flows,
        "translations": limits.nat.flows if translates else 1,
    }


def _copy(old: Map, new: Map) -> None:
    """Copy what fits into a map of another size."""
    pairs = list(islice(old.items(), new.shape.entries))
    if pairs:
        keys, values = zip(*pairs, strict=True)
        new.update_batch(b"".join(keys), b"".join(values))


def _traffic(traffic: Map, number: int) -> Traffic:
    copies = [TRAFFIC.unpack(value) for value in traffic.lookup(INDEX.pack(number))]
    return Traffic(*map(sum, zip(*copies, strict=True)))
