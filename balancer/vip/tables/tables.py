"""The tables that decide: made whole from configuration and health, never edited."""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import NamedTuple

from ...hashing.flow import hash_flow
from ...hashing.selector import EMPTY
from ...model import (
    Address,
    Affinity,
    Backend,
    FiveTuple,
    Forwarding,
    Handling,
    Tracking,
    Vip,
)
from .modes import OVERHEAD
from .options import Options

# As port and protocol: the address is a VIP's, whatever the port. As port alone: where
# fragments go, which have none.
ANY = 0
# Added to the protocol, with port `ANY`: where ports go that no VIP names.
OTHER_PORTS = 0x80


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
    handling: Handling


class Slot(NamedTuple):
    """Where a flow's hash leads; a NamedTuple, because one is made per packet.

    `backend` has the new flows of the slot and `previous` those from before a change;
    either is `EMPTY` when there is nobody, or no change to remember.
    """

    pool: int
    number: int
    backend: int
    previous: int


@dataclass(frozen=True, slots=True)
class BackendEntry:
    """Where a backend is, and whether flows that it has may still be sent to it.

    Args:
        address: outer destination, or the one that a packet is rewritten to.
        usable: whether flows that it has may still be sent to it.
        address6: the same where the outer header, or the packet, is IPv6's.
        mac: its hardware address, six octets, where it is in reach of one.
    """

    address: Address
    usable: bool
    address6: IPv6Address | None = None
    mac: bytes | None = None

    @classmethod
    def of(cls, backend: Backend, *, usable: bool) -> "BackendEntry":
        """Return the entry of a backend."""
        return cls(backend.address, usable, backend.address6, backend.mac)


@dataclass(frozen=True, slots=True)
class Tables:
    """All that a verdict depends on, beside the flow table.

    Args:
        options: what is fixed.
        vips: by key; every address also under port and protocol `ANY`, and under
            port `ANY` for each of its protocols. One of all ports has `OTHER_PORTS`.
        slots: a table for each pool, of positions in `backends`.
        previous: the same for flows older than a change that is remembered; None for
            a pool without such a change.
        backends: all pools' backends, in the order of the configuration.
    """

    options: Options
    vips: Mapping[VipKey, VipEntry]
    slots: tuple["array[int]", ...]
    previous: tuple["array[int] | None", ...]
    backends: tuple[BackendEntry, ...]

    def vip(self, flow: FiveTuple) -> VipEntry | None:
        """Return the VIP that a flow is sent to; one of fragments has port `ANY`."""
        place = flow.version, flow.destination
        vip = self.vips.get(VipKey(*place, flow.protocol, flow.destination_port))
        if vip is None and flow.destination_port != ANY:
            return self.vips.get(VipKey(*place, flow.protocol | OTHER_PORTS, ANY))
        return vip

    def hash(self, vip: VipEntry, flow: FiveTuple) -> int:
        """Return the hash by which a flow goes; a client's may go together."""
        if vip.handling.affinity is Affinity.CLIENT:
            flow = flow._replace(source_port=ANY, destination_port=ANY)
        return hash_flow(flow)

    def slot(self, vip: VipEntry, flow: FiveTuple) -> Slot:
        """Return the slot of a flow in the table of its VIP's pool."""
        owners, previous = self.slots[vip.pool], self.previous[vip.pool]
        number = self.hash(vip, flow) % len(owners)
        before = EMPTY if previous is None else previous[number]
        return Slot(vip.pool, number, owners[number], before)

    def mtu(self, vip: VipEntry) -> int:
        """Return the largest outer packet for a VIP, in octets."""
        return min(vip.handling.mtu or self.options.mtu, self.options.mtu)

    def room(self, vip: VipEntry) -> int:
        """Return the largest packet that fits when it is sent on, in octets."""
        return self.mtu(vip) - OVERHEAD[vip.handling.forwarding]

    def settles(self, pool: int) -> bool:
        """Whether changes of a pool's slots are forgotten when no flow needs them.

        The need of flows shows only where those that began since are all remembered.
        """
        handlings = self._handlings(pool)
        return any(how.tracking is Tracking.CHANGED for how in handlings)

    def remembers(self, pool: int) -> bool:
        """Whether a pool's slots have to say whose they were before."""
        modes = {how.forwarding for how in self._handlings(pool)}
        return self.settles(pool) or Forwarding.GRE_KEY in modes

    def _handlings(self, pool: int) -> Iterator[Handling]:
        return (vip.handling for vip in self.vips.values() if vip.pool == pool)

    def is_usable(self, backend: int) -> bool:
        """Whether there is such a backend, and flows may be sent to it."""
        return backend < len(self.backends) and self.backends[backend].usable

    def may_answer(self, flow: FiveTuple) -> bool:
        """Whether a flow is to our own address, where backends of "nat" answer."""
        own = self.options.source if flow.version == 4 else self.options.source6
        translates = Forwarding.NAT in self.options.forwardings
        return translates and own is not None and flow.destination == int(own)

    def is_vip_address(self, version: int, address: int) -> bool:
        """Whether any VIP has this address."""
        return VipKey(version, address, ANY, ANY) in self.vips


def vip_entries(placed: Iterable[tuple[Vip, int, int]]) -> dict[VipKey, VipEntry]:
    """Return the entries of VIPs, each given with its table's number and its own."""
    entries: dict[VipKey, VipEntry] = {}
    for vip, table, number in placed:
        entry = VipEntry(table, number, vip.handling)
        version, address = vip.address.version, int(vip.address)
        kind = vip.protocol | (0 if vip.port else OTHER_PORTS)
        entries[VipKey(version, address, kind, vip.port)] = entry
        # The first VIP of an address has what cannot be told apart.
        entries.setdefault(VipKey(version, address, vip.protocol, ANY), entry)
        entries.setdefault(VipKey(version, address, ANY, ANY), entry)
    return entries
