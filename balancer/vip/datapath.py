"""The XDP program and its maps: tables in, counters out."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager

from ..model import FiveTuple
from .layouts import (
    COUNTER,
    FLOW,
    INDEX,
    TRAFFIC,
    VIP,
    backend_bytes,
    flow_of,
    options_bytes,
    vip_key_bytes,
)
from .libbpf import BpfObject, Map, loaded
from .slots import SlotHalves, slot_entries
from .tables import Tables
from .verdict import Reason
from .xdp import BPF


class Datapath:
    """The loaded program; `write` makes the kernel's tables what is wanted.

    Each pool has two tables in the kernel. A change is written into the one that is
    not in use, then the VIPs are pointed to it: no packet sees a half-written table.
    """

    def __init__(self, loaded_object: BpfObject) -> None:
        self._maps = loaded_object.maps
        self.programs = loaded_object.programs
        self._halves = SlotHalves(self._maps["slots"].memory())
        self._slots: tuple[array[int], ...] = ()
        self._backends: dict[int, bytes] = {}
        self._vips: dict[bytes, bytes] = {}

    def write(self, tables: Tables) -> None:
        """Make the kernel's tables `tables`; what is already there is not written."""
        # Backends first: a slot must never name one that the kernel does not know.
        self._write_backends(tables)
        for pool, slots in enumerate(tables.slots):
            if pool >= len(self._slots) or self._slots[pool] is not slots:
                self._halves.write(pool, slots)
        self._slots = tables.slots
        self._write_vips(tables)

    def counters(self) -> dict[str, int]:
        """Return the packets counted for each reason, over all CPUs."""
        counters = self._maps["counters"]
        return {
            reason.name: sum(
                COUNTER.unpack(value)[0]
                for value in counters.lookup(INDEX.pack(reason))
            )
            for reason in Reason
        }

    def vip_traffic(self, number: int) -> tuple[int, int]:
        """Return packets and bytes sent on for a VIP."""
        return _traffic(self._maps["vip_traffic"], number)

    def backend_traffic(self, number: int) -> tuple[int, int]:
        """Return packets and bytes sent on to a backend."""
        return _traffic(self._maps["backend_traffic"], number)

    def flows(self) -> dict[FiveTuple, int]:
        """Return the flow table: backends by flow."""
        items = self._maps["flows"].items()
        return {flow_of(key): FLOW.unpack(value)[0] for key, value in items}

    def flow_count(self) -> int:
        """Return how many flows are tracked."""
        return sum(1 for _ in self._maps["flows"].items())

    def _write_backends(self, tables: Tables) -> None:
        wanted = {n: backend_bytes(entry) for n, entry in enumerate(tables.backends)}
        changed = {n: v for n, v in wanted.items() if self._backends.get(n) != v}
        if changed:
            keys = array("I", changed).tobytes()
            self._maps["backends"].update_batch(keys, b"".join(changed.values()))
        self._backends = wanted

    def _write_vips(self, tables: Tables) -> None:
        wanted = {
            vip_key_bytes(key): VIP.pack(*self._halves.place(entry.pool), entry.number)
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
    tables: Tables, flow_entries: int, name: str = "vip"
) -> Iterator[Datapath]:
    """Load the program with `tables` in it, on no interface yet.

    Args:
        tables: what it starts with; its options stay as they are.
        flow_entries: most flows tracked.
        name: the object, "vip" or "bench".

    Raises:
        Unsupported: libbpf is missing, or the kernel refuses the program.
    """
    sizes = {"slots": slot_entries(tables), "flows": flow_entries}
    rodata = options_bytes(tables.options)
    with loaded(BPF / f"{name}.bpf.o", rodata, sizes) as loaded_object:
        datapath = Datapath(loaded_object)
        datapath.write(tables)
        yield datapath


def _traffic(traffic: Map, number: int) -> tuple[int, int]:
    copies = [TRAFFIC.unpack(value) for value in traffic.lookup(INDEX.pack(number))]
    return sum(copy[0] for copy in copies), sum(copy[1] for copy in copies)
