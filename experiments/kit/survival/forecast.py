"""Which connections an event breaks, by the tables of slots and the tracking: pure.

The tables are those that the hashing library makes of the same names; who remembers a
flow keeps it, and who does not goes where its slot points now.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from balancer.hashing.flow import hash_flow
from balancer.hashing.maglev import TABLE_SIZE
from balancer.model import FiveTuple
from balancer.vip.pools.plan import Selection
from balancer.vip.pools.selections import FOLLOWING, Candidate, select

BY_FLOW = ("all", "established")
# In place of a tracking: it is "all", and packets are translated.
TRANSLATED = "nat"
# In place of "off": backends hand on what is another's connection.
CHANCE = "chance"
# Slots tell, on every balancer, whose they were before.
BY_SLOT = ("changed", CHANCE)
FORGETFUL = ("off", CHANCE)  # whose balancers know of no flow


@dataclass(frozen=True, slots=True)
class Slots:
    """Owners of slots before and after an event, as places in `names`."""

    names: tuple[str, ...]
    before: "array[int]"
    after: "array[int]"

    def owners(self, flow: FiveTuple) -> tuple[str, str]:
        """Return to whom the slot of a flow points, before and after."""
        number = hash_flow(flow) % len(self.before)
        return self.names[self.before[number]], self.names[self.after[number]]


def slots_of(
    method: str, before: Sequence[str], after: Sequence[str], size: int = TABLE_SIZE
) -> Slots:
    """Return the tables that a balancer makes whose backends change once.

    Args:
        method: of selecting.
        before: names of the backends, in the order of the file.
        after: the same, after the event.
        size: of the tables, a prime.
    """
    names = tuple(dict.fromkeys((*before, *after)))
    selection = Selection(method, slots=size)
    first = select(selection, _candidates(names, before), None)
    then = select(selection, _candidates(names, after), first)
    return Slots(names, first.slots, then.slots)


def _candidates(names: Sequence[str], there: Sequence[str]) -> tuple[Candidate, ...]:
    return tuple(Candidate(name, 1, names.index(name)) for name in there)


@dataclass(frozen=True, slots=True)
class Fate:
    """What decides over one connection.

    Args:
        tracking: of its VIP.
        was: to whom its slot pointed when it was opened.
        now: to whom it points after the event.
        gone: the backend that was removed, "" for none.
        moved: whether it came to another balancer.
        flooded: whether flow tables have forgotten it, or may have.
    """

    tracking: str
    was: str
    now: str
    gone: str
    moved: bool = False
    flooded: bool = False

    @property
    def is_forgotten(self) -> bool:
        """Whether the balancer that it comes to may not know it."""
        return self.moved or self.flooded

    @property
    def is_due(self) -> bool:
        """Whether it must break: the machine that holds its state is gone."""
        return self.was == self.gone

    @property
    def survives(self) -> bool:
        """Whether it goes on, at the least: a table may be less full than feared."""
        if self.is_due:
            return False
        if self.tracking in BY_SLOT:
            return True
        if self.tracking == TRANSLATED and self.moved:
            return False  # its backend knows another balancer's address and port
        if self.tracking != "off" and not self.is_forgotten:
            return True
        return self.was == self.now


def follows_flows(method: str) -> bool:
    """Whether a method's tables change by themselves, as flows come and go."""
    return method in FOLLOWING


def is_foreseen(method: str, fate: Fate) -> bool:
    """Whether the tables of the beginning decide, or those that come of themselves."""
    if not follows_flows(method):
        return True
    return fate.is_due or (fate.tracking not in FORGETFUL and not fate.is_forgotten)
