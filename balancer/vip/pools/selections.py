"""Tables of slots by the ways of selecting, made anew only when weights changed."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from ...hashing.least_loaded import Least
from ...hashing.loads import Loads
from ...hashing.selector import EMPTY, Selector, WeightedName
from .plan import Selection

# These follow the flows that there are: their tables are made anew every second.
FOLLOWING = ("least_loaded",)
_FEWEST_DEALT = 64


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backend to select from.

    Args:
        name: its name.
        weight: 0 when it gets no new flows.
        number: its number in the tables.
        flows: how many are active.
    """

    name: str
    weight: float
    number: int
    flows: int = 0


@dataclass(frozen=True, slots=True)
class Selected:
    """A table of slots, and of what it was made.

    Args:
        candidates: who was selected from; flows only where they count.
        selector: who knows what was before.
        slots: numbers of backends.
    """

    candidates: tuple[Candidate, ...]
    selector: Selector
    slots: "array[int]"


def select(
    selection: Selection, candidates: tuple[Candidate, ...], before: Selected | None
) -> Selected:
    """Return the table for `candidates`; `before` itself when it is still right."""
    if before is not None and before.candidates == candidates:
        return before
    backends = [WeightedName(each.name, each.weight) for each in candidates]
    if before is None:
        selector = selection.build(backends)
    else:
        selector = before.selector.change(backends)
    if selection.method in FOLLOWING:
        places = _dealt(candidates, backends, selection.slots)
    else:
        places = selector.table(selection.slots)
    numbers = tuple(each.number for each in candidates)
    return Selected(candidates, selector, _numbered(places, numbers))


def _dealt(
    candidates: Sequence[Candidate], backends: Sequence[WeightedName], slots: int
) -> "array[int]":
    """Return slots in the shares in which the next flows even the load out.

    As many are dealt as half of the flows that there are: were it as many as there are
    slots, a difference of some flows would hardly show.
    """
    flows = [(each.name, each.flows) for each in candidates]
    count = max(_FEWEST_DEALT, sum(each.flows for each in candidates) // 2)
    dealt = Least(backends, Loads(backends, flows)).table(min(count, slots))
    return array("I", islice(cycle(dealt), slots))


def _numbered(places: "array[int]", numbers: Sequence[int]) -> "array[int]":
    """Return the owners' numbers for their places in the row of backends."""
    if numbers == tuple(range(len(numbers))):
        return places
    of_place: Mapping[int, int] = {EMPTY: EMPTY, **dict(enumerate(numbers))}
    return array("I", map(of_place.__getitem__, places))
