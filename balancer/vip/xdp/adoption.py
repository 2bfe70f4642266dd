"""What a balancer that ended left in the kernel, and whether it can be gone on with.

Its program still forwards. Whoever comes next uses its maps, with the flows that are in
them, or says why not.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from ...errors import WireError
from ...kernel.attached import Attached, attached_to, new_map
from ...kernel.maps import Map
from ...kernel.xdp import refuse_stranger
from ..pools.assemble import NO_BACKEND
from ..pools.memory import Memory
from ..tables.options import Options
from ..tables.tables import Tables
from . import about
from .about import About, layout_of
from .datapath import Kept
from .layouts import INDEX, VIP
from .programs import BPF
from .slots import SlotHalves

# What the octets of a map mean is written in these alone.
_LAYOUT_HEADERS = ("maps.h", "modes.h", "reasons.h")
_FIRST = INDEX.pack(0)
PROGRAM = "vip"  # the name that bpf/vip.bpf.c gives it


@dataclass(frozen=True, slots=True)
class Legacy:
    """What is taken over.

    Args:
        maps: by name.
        about: what was said about them.
        refusal: why nothing is taken over, or "".
    """

    maps: Mapping[str, Map]
    about: About
    refusal: str = ""

    def kept(self) -> Kept:
        """Return what another program can go on with."""
        return Kept(self.maps, self.about.table_sizes)

    def tables(self, options: Options) -> Tables | None:
        """Return the tables that are in use, without VIPs and nobody for backends."""
        if not self.maps:
            return None
        halves = resumed_halves(self.maps, self.about.table_sizes)
        pairs = [halves.read(table) for table in range(len(self.about.table_sizes))]
        numbers = self.about.memory.backends.values()
        return Tables(
            options=options,
            vips={},
            slots=tuple(owners for owners, _ in pairs),
            previous=tuple(previous for _, previous in pairs),
            backends=(NO_BACKEND,) * (max(numbers, default=-1) + 1),
        )


@contextmanager
def legacy_at(interface: str) -> Iterator[Legacy]:
    """Give what there is to take over on an interface.

    Raises:
        Unsupported: there is no such interface, somebody else's program stands there,
            or libbpf is missing.
    """
    refuse_stranger(interface, PROGRAM)
    with attached_to(interface) as found:
        yield _judged(found)


@contextmanager
def about_map(kept: Mapping[str, Map]) -> Iterator[Map]:
    """Give the map that says what the others are: the kept one, or another."""
    old = kept.get(about.NAME)
    # Its own descriptor, for that of the old one ends with its program's.
    fresh = old.duplicate() if old else new_map(about.NAME, about.SIZE)
    try:
        yield fresh
    finally:
        os.close(fresh.fd)


def tell(maps: Mapping[str, Map], told: About) -> None:
    """Write what there is to know about the maps."""
    maps[about.NAME].update(_FIRST, told.to_bytes())


def read_about(maps: Mapping[str, Map]) -> About:
    """Return what is told about the maps of a program.

    Raises:
        WireError: it is none of ours, or of another layout.
    """
    if about.NAME not in maps:
        raise WireError("it is no balancer's")
    (octets,) = maps[about.NAME].lookup(_FIRST)
    told = About.from_bytes(octets)
    if told.layout != layout():
        raise WireError("its maps are laid out in another way")
    return told


def layout() -> str:
    """Return how the maps of this version's program are laid out, as one word."""
    headers = {name: (BPF / name).read_bytes() for name in _LAYOUT_HEADERS}
    return layout_of(headers)


def resumed_halves(maps: Mapping[str, Map], sizes: tuple[int, ...]) -> SlotHalves:
    """Return the tables of slots as the VIPs are led to them now."""
    firsts = {VIP.unpack(value)[0] for _, value in maps["vips"].items()}
    halves = SlotHalves(maps["slots"].memory())
    halves.resume(sizes, firsts)
    return halves


def _judged(found: Attached | None) -> Legacy:
    nothing = About(layout(), Memory(), ())
    if found is None:
        return Legacy({}, nothing)
    try:
        return Legacy(found.maps, read_about(found.maps))
    except WireError as error:
        return Legacy({}, nothing, f"program {found.name!r} is replaced: {error}")
