"""Tables of slots by the ways of selecting, made anew only when weights changed."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..hashing.selector import EMPTY, Selector, WeightedName
from .plan import Selection


@dataclass(frozen=True, slots=True)
class Selected:
    """A table of slots, and of what it was made.

    Args:
        backends: who was selected from.
        numbers: the backends' numbers in the tables, in the same order.
        selector: who knows what was before.
        slots: numbers of backends.
    """

    backends: tuple[WeightedName, ...]
    numbers: tuple[int, ...]
    selector: Selector
    slots: "array[int]"


def select(
    selection: Selection,
    backends: tuple[WeightedName, ...],
    numbers: tuple[int, ...],
    before: Selected | None,
) -> Selected:
    """Return the table for `backends`; `before` itself when it is still right."""
    if before is None:
        selector = selection.build(backends)
    elif (before.backends, before.numbers) == (backends, numbers):
        return before
    else:
        selector = before.selector.change(backends)
    places = selector.table(selection.slots)
    return Selected(backends, numbers, selector, _numbered(places, numbers))


def _numbered(places: "array[int]", numbers: Sequence[int]) -> "array[int]":
    """Return the owners' numbers for their places in the row of backends."""
    if numbers == tuple(range(len(numbers))):
        return places
    of_place: Mapping[int, int] = {EMPTY: EMPTY, **dict(enumerate(numbers))}
    return array("I", map(of_place.__getitem__, places))
