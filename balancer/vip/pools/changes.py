"""What a pool's slots remember of a change: whose they were before."""

from array import array
from collections.abc import Collection
from dataclasses import replace

from ...hashing.selector import EMPTY
from ..tables.tables import Tables


def previous_slots(
    tables: Tables, pool: int, slots: "array[int]"
) -> "array[int] | None":
    """Return to whom older flows go when `slots` become the table of a pool.

    Where flows that began since a change are all in the flow table, those that are not
    are as old as the first change that is remembered: so a slot that changes once more
    keeps what it has. Where they are not, the last owner is the likeliest. Who died has
    no flows to keep.
    """
    old, before = tables.slots[pool], tables.previous[pool]
    if not tables.remembers(pool) or len(old) != len(slots):
        return None
    keeps = frozenset(n for n, entry in enumerate(tables.backends) if entry.usable)
    changed = (
        owner if owner != new and owner in keeps else EMPTY
        for owner, new in zip(old, slots, strict=True)
    )
    if before is not None:
        first, last = (before, changed) if tables.settles(pool) else (changed, before)
        pairs = zip(first, last, strict=True)
        changed = (one if one != EMPTY else other for one, other in pairs)
    return array("I", changed)


def settle(tables: Tables, pool: int, stale: Collection[int]) -> Tables:
    """Return `tables` in which slots of a pool no longer remember a change."""
    previous = tables.previous[pool]
    if previous is None or not stale:
        return tables
    kept = previous[:]
    for slot in stale:
        kept[slot] = EMPTY
    nobody = kept.count(EMPTY) == len(kept)
    pools = list(tables.previous)
    pools[pool] = None if nobody else kept
    return replace(tables, previous=tuple(pools))
