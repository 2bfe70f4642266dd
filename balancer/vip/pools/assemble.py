"""Tables from parts that have their numbers; places without a number stay empty."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import TypeVar

from ...model import Vip
from ..tables.options import Options
from ..tables.tables import BackendEntry, Tables, vip_entries
from .changes import previous_slots

T = TypeVar("T")

NO_BACKEND = BackendEntry(IPv4Address(0), usable=False)


@dataclass(frozen=True, slots=True)
class Parts:
    """What tables are made of.

    Args:
        options: what is fixed.
        vips: each with the number of its table of slots, and its own.
        slots: tables by their number.
        backends: by their number.
    """

    options: Options
    vips: Sequence[tuple[Vip, int, int]]
    slots: Mapping[int, "array[int]"]
    backends: Mapping[int, BackendEntry]


def assemble(parts: Parts, before: Tables | None) -> Tables:
    """Return the tables; `before` are those in use, whose changes are remembered.

    What had a number before and has none now stays for slots, which nobody is led to
    any more, and becomes nobody for backends, whom flows may still name.
    """
    old_slots = before.slots if before else ()
    slots = tuple(_row(parts.slots, old_slots, array("I"), keep=True))
    old_backends = before.backends if before else ()
    tables = Tables(
        options=parts.options,
        vips=vip_entries(parts.vips),
        slots=slots,
        previous=(None,) * len(slots),
        backends=tuple(_row(parts.backends, old_backends, NO_BACKEND, keep=False)),
    )
    if before is None:
        return tables
    # Whether a flow may stay where it was is asked of the backends as they are now.
    old = replace(before, vips=tables.vips, backends=tables.backends)
    previous = (_previous(old, number, each) for number, each in enumerate(slots))
    return replace(tables, previous=tuple(previous))


def _row(
    wanted: Mapping[int, T], before: Sequence[T], nothing: T, *, keep: bool
) -> Iterator[T]:
    for number in range(max(len(before), max(wanted, default=-1) + 1)):
        kept = before[number] if keep and number < len(before) else nothing
        yield wanted.get(number, kept)


def _previous(old: Tables, number: int, slots: "array[int]") -> "array[int] | None":
    if number >= len(old.slots):
        return None
    if old.slots[number] is slots:
        return old.previous[number]
    return previous_slots(old, number, slots)
