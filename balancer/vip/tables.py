"""The tables that decide: made whole from configuration and health, never edited."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import NamedTuple, TypeVar

from ..hashing.maglev import maglev_table
from ..model import Address, Backend, FiveTuple, Pool, Vip

ANY = 0  # as port and protocol: the address is a VIP's, whatever the port

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What is fixed while the program runs.

    Args:
        source: outer source address.
        mtu: largest outer packet, in octets.
        mac: our hardware address, six octets.
        gateway_mac: the next hop of everything that is sent.
    """

    source: IPv4Address
    mtu: int
    mac: bytes
    gateway_mac: bytes


class VipKey(NamedTuple):
    """Where packets are balanced; a NamedTuple, because it is looked up per packet."""

    version: int
    address: int
    protocol: int
    port: int


@dataclass(frozen=True, slots=True)
class VipEntry:
    """A VIP's pool and its own number, under which its traffic is counted."""

    pool: int
    number: int


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """Where a backend is, and whether flows that it has may still be sent to it."""

    address: Address
    usable: bool


@dataclass(frozen=True, slots=True)
class Tables:
    """All that a verdict depends on, beside the flow table.

    Args:
        options: what is fixed.
        vips: by key; every address also under port and protocol `ANY`.
        slots: a Maglev table for each pool, of positions in `backends`.
        backends: all pools' backends, in the order of the configuration.
    """

    options: Options
    vips: Mapping[VipKey, VipEntry]
    slots: tuple["array[int]", ...]
    backends: tuple[BackendEntry, ...]

    def vip(self, flow: FiveTuple) -> VipEntry | None:
        """Return the VIP that a flow is sent to."""
        key = VipKey(
            flow.version, flow.destination, flow.protocol, flow.destination_port
        )
        return self.vips.get(key)

    def is_vip_address(self, version: int, address: int) -> bool:
        """Whether any VIP has this address."""
        return VipKey(version, address, ANY, ANY) in self.vips


def build_tables(
    options: Options, pools: Sequence[Pool], vips: Sequence[Vip]
) -> Tables:
    """Return the tables in which every backend serves; `serve` narrows a pool."""
    members = [backend for pool in pools for backend in pool.backends]
    backends = tuple(BackendEntry(member.address, usable=False) for member in members)
    empty = (array("I"),) * len(pools)
    tables = Tables(options, _vip_entries(pools, vips), empty, backends)
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
    first = first_backend(pools, number)
    members = pools[number].backends
    slots = maglev_table({b.name: _weight(b, serving) for b in members}, first)
    entries = [BackendEntry(b.address, b.name in serving) for b in members]
    return replace(
        tables,
        slots=_put(tables.slots, number, [slots]),
        backends=_put(tables.backends, first, entries),
    )


def first_backend(pools: Sequence[Pool], number: int) -> int:
    """Return the position of a pool's first backend among all pools' backends."""
    return sum(len(pool.backends) for pool in pools[:number])


def serving_set(
    pool: Pool, alive: frozenset[str], last: frozenset[str]
) -> frozenset[str]:
    """Return who serves: the alive, or the last set when nobody alive has a weight.

    Who asks then gets what answer there is, and a fault of the checks does no harm.
    """
    useful = any(b.weight and b.name in alive for b in pool.backends)
    return alive if useful else last


def _weight(backend: Backend, serving: frozenset[str]) -> int:
    return backend.weight if backend.name in serving else 0


def _put(old: tuple[T, ...], start: int, new: Iterable[T]) -> tuple[T, ...]:
    items = list(new)
    return (*old[:start], *items, *old[start + len(items) :])


def _vip_entries(pools: Sequence[Pool], vips: Sequence[Vip]) -> dict[VipKey, VipEntry]:
    pool_numbers = {pool.name: number for number, pool in enumerate(pools)}
    entries = {}
    for number, vip in enumerate(vips):
        entry = VipEntry(pool_numbers[vip.pool], number)
        version, address = vip.address.version, int(vip.address)
        entries[VipKey(version, address, vip.protocol, vip.port)] = entry
        entries[VipKey(version, address, ANY, ANY)] = entry
    return entries
