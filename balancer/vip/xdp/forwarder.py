"""The program on its interface: put there, written to, replaced, left or taken off."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from threading import Lock

from ...kernel.attached import bind
from ...kernel.maps import Map
from ...kernel.xdp import Attachment, refuse_stranger
from ...model import Forwarding
from ..pools.roster import Roster
from ..tables.options import Options
from ..tables.tables import Tables
from .about import About
from .adoption import PROGRAM, about_map, layout, tell
from .datapath import Datapath, Kept, open_datapath
from .samples import Sample, Samples
from .slots import slot_entries

# A larger map of slots takes another program, so there is room for tables to come.
_SPARE = 2


class Forwarder:
    """Keeps the kernel's tables as they are wanted, by one program after the other.

    Args:
        attachment: where the program stands.
    """

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment
        self.leaves = False  # whether the program stays when this is closed
        self._opened = ExitStack()
        self._reading = Lock()
        self._options: Options
        self._datapath: Datapath
        self._maps: dict[str, Map] = {}
        self._samples: Samples
        self._table_sizes: tuple[int, ...] = ()

    def start(self, roster: Roster, kept: Kept) -> None:
        """Put the program in place, with what it can use of what is kept.

        Raises:
            Unsupported: there is no such interface, or the kernel refuses.
        """
        self._replace(roster, kept)

    def write(self, roster: Roster, now_s: float) -> Roster:
        """Make the kernel's tables those of `roster`, by another program if needed.

        Returns the roster, with the numbers that its tables have got.
        """
        if not self._has_room(roster.tables):
            roster = roster.renumbered(now_s)
        if self._has_room(roster.tables) and roster.plan.options == self._options:
            self._tell(roster)
            self._datapath.forget(roster.reused.backends, roster.reused.vips)
            self._datapath.write(roster.tables)
        else:
            self._replace(roster, Kept(self._maps, self._table_sizes))
        return roster

    def restore(self, roster: Roster) -> None:
        """Have the program on the interface again, if it is not.

        Raises:
            Unsupported: somebody else's program stands there, or the kernel refuses.
        """
        if self.attachment.why_not():
            refuse_stranger(self.attachment.interface, PROGRAM)
            self._replace(roster, Kept(self._maps, self._table_sizes))

    def settled(self, tables: Tables) -> Tables:
        """Return `tables` without the changes that no flow has needed for long."""
        return self._datapath.settled(tables)

    def sweep(self) -> None:
        """Rid the table of translated flows of those that are over."""
        if Forwarding.NAT in self._options.forwardings:
            self._datapath.translations.sweep(self._options.limits.nat)

    def active_flows(self, within_s: float) -> Mapping[int, int]:
        """Return how many flows each backend has that had a packet lately."""
        return self._datapath.active_flows(within_s)

    def samples(self) -> tuple[Sample, ...]:
        """Return the latest samples, the oldest first."""
        self._samples.read()
        return tuple(self._samples.latest)

    @contextmanager
    def reading(self) -> Iterator[Datapath]:
        """Give the datapath to another thread: it is not closed meanwhile."""
        with self._reading:
            yield self._datapath

    def close(self) -> None:
        """Let go of the program, and take it off unless it is to stay."""
        if not self.leaves:
            self.attachment.remove()
        self._opened.close()

    def _has_room(self, tables: Tables) -> bool:
        return slot_entries(tables) <= self._maps["slots"].shape.entries

    def _replace(self, roster: Roster, kept: Kept) -> None:
        """Load the program anew and have it take the other's place between packets."""
        kept = replace(kept, room=_room(roster.tables, kept))
        with ExitStack() as opening:
            opened = open_datapath(roster.tables, "vip", kept)
            datapath = opening.enter_context(opened)
            about = opening.enter_context(about_map(kept.maps))
            bind(datapath.programs["vip"], about)
            samples = opening.enter_context(closing(Samples(datapath.maps["samples"])))
            datapath.forget(roster.reused.backends, roster.reused.vips)
            if roster.plan.options.splits:
                datapath.send_by(self.attachment.index)
            self.attachment.put(datapath.programs["vip"])
            with self._reading:
                self._datapath, self._options = datapath, roster.plan.options
                self._samples = samples
                self._maps = {**datapath.maps, about.name: about}
                self._opened.close()
                self._opened = opening.pop_all()
        self._tell(roster)

    def _tell(self, roster: Roster) -> None:
        """Have the program's maps say what whoever finds them has to know."""
        self._table_sizes = tuple(len(slots) for slots in roster.tables.slots)
        tell(self._maps, About(layout(), roster.remember(), self._table_sizes))


def _room(tables: Tables, kept: Kept) -> int:
    """Return how many slots the map of slots shall have."""
    needed = slot_entries(tables)
    there = kept.maps["slots"].shape.entries if "slots" in kept.maps else 0
    return there if there >= needed else needed * _SPARE
