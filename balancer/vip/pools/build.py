"""Tables of whole pools by Maglev, without a roster: for tests and measurements."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from ...hashing.maglev import maglev_table
from ...model import Backend, Pool, Vip
from ..tables.options import Options
from ..tables.tables import BackendEntry, Tables, vip_entries
from .changes import previous_slots

T = TypeVar("T")


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
    first = _first_backend(pools, number)
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


def _first_backend(pools: Sequence[Pool], number: int) -> int:
    """Return the position of a pool's first backend among all pools' backends."""
    return sum(len(pool.backends) for pool in pools[:number])


def _weight(backend: Backend, serving: frozenset[str]) -> int:
    return backend.weight if backend.name in serving else 0


def _put(old: tuple[T, ...], start: int, new: Iterable[T]) -> tuple[T, ...]:
    items = list(new)
    return (*old[:start], *items, *old[start + len(items) :])
