"""The maps' layouts, beside bpf/maps.h and bpf/options.h: records to bytes and back."""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from struct import Struct

from ...model import Affinity, FiveTuple, Forwarding, Handling, TooBig, Tracking
from ..decision.clock import WINDOW_S, passed_since, per_window, seconds, tick_at, ticks
from ..nat.connection import Seen
from ..nat.table import Translation
from ..tables.modes import OVERHEAD
from ..tables.nat_limits import NatLimits
from ..tables.options import Limits, Options
from ..tables.tables import BackendEntry, VipEntry, VipKey

# Numbers are as this machine has them; addresses, ports and octets as on the wire.
# source, mtu, mac, gateway_mac, idle, window, new_flows, answers, splits, samples,
# forwardings, source6, and of translation: first port, ports, four lifetimes
OPTIONS = Struct("=4sI6s6sIIIIIII16sIIIIII")
VIP_KEY = Struct("=16s2sBB")  # address, port, protocol, version
# first slot, slots, number, tracking, too big, room, mss, forwarding, affinity
VIP = Struct("=IIIBBHHBB")
SLOT = Struct("=HHI")  # backend, previous, needed
BACKEND = Struct("=4sI16s6s2x")  # address, usable, address6, mac
FLOW_KEY = Struct("=16s16s2s2sBB2x")  # source, destination, ports, protocol, version
FLOW = Struct("=II")  # backend, used
RATES = Struct("=IIIIQ")  # window, new flows, answers, samples, created
SAMPLE = Struct("=40sIIQ")  # flow key, backend, reason, time
TRAFFIC = Struct("=QQQQ")  # packets, bytes, and the same of what was returned
TRANSLATION = Struct("=40sIHHI")  # flow key, used, backend, VIP, seen
INDEX = Struct("=I")
PORT = Struct("=Ii")  # interface, program (struct bpf_devmap_val)


def options_bytes(options: Options) -> bytes:
    """Return `struct options`."""
    limits = options.limits
    return OPTIONS.pack(
        options.source.packed,
        options.mtu,
        options.mac,
        options.gateway_mac,
        ticks(limits.idle_s),
        ticks(WINDOW_S),
        per_window(limits.new_flows_per_s),
        per_window(limits.answers_per_s),
        options.splits,
        per_window(limits.samples_per_s) if limits.samples_per_s else 0,
        _mask(options.forwardings),
        _packed6(options.source6),
        *_nat_fields(limits.nat),
    )


def options_of(octets: bytes) -> Options:
    """Return the options that `struct options` at the start of `octets` has.

    Times and rates come back as coarsely as they are kept there.
    """
    fields = OPTIONS.unpack_from(octets)
    source, mtu, mac, gateway_mac, idle, _, new_flows, answers, splits = fields[:9]
    mask, source6 = fields[10:12]
    limits = Limits(
        idle_s=seconds(idle),
        new_flows_per_s=new_flows / WINDOW_S,
        answers_per_s=answers / WINDOW_S,
        nat=_nat_of(fields[12:]),
    )
    options = Options(IPv4Address(source), mtu, mac, gateway_mac, limits)
    return replace(
        options,
        splits=bool(splits),
        forwardings=frozenset(mode for mode in Forwarding if mask >> mode & 1),
        source6=_unpacked6(source6),
    )


def translation_bytes(translation: Translation) -> bytes:
    """Return `struct translation`; the time is of the monotonic clock."""
    return TRANSLATION.pack(
        flow_key_bytes(translation.flow),
        tick_at(translation.used_s),
        translation.backend,
        translation.vip,
        translation.seen,
    )


def translation_of(octets: bytes, now_s: float) -> Translation:
    """Return what `struct translation` has, at a time of the monotonic clock."""
    key, used, backend, vip, seen = TRANSLATION.unpack(octets)
    used_s = now_s - seconds(max(0, passed_since(used)))
    return Translation(flow_of(key), backend, vip, used_s, Seen(seen))


def _nat_fields(nat: NatLimits) -> tuple[int, ...]:
    lifetimes_s = (nat.open_s, nat.half_open_s, nat.closed_s, nat.datagram_s)
    return nat.first_port, nat.ports, *map(ticks, lifetimes_s)


def _nat_of(fields: tuple[int, ...]) -> NatLimits:
    first_port, ports, opened, half_open, closed, datagram = fields
    return NatLimits(
        first_port,
        ports,
        open_s=seconds(opened),
        half_open_s=seconds(half_open),
        closed_s=seconds(closed),
        datagram_s=seconds(datagram),
    )


def vip_bytes(place: tuple[int, int], entry: VipEntry, room: int) -> bytes:
    """Return `struct vip`.

    Args:
        place: first slot of the pool's table, and how many there are.
        entry: the VIP.
        room: the largest packet that fits, as `Tables.room` says it.
    """
    how = entry.handling
    policies = (how.tracking, how.too_big, room, how.mss, how.forwarding)
    return VIP.pack(*place, entry.number, *policies, how.affinity)


def vip_of(octets: bytes) -> tuple[int, int, int, Handling]:
    """Return what `struct vip` has: first slot, slots, number, handling."""
    first_slot, slots, number, *policies = VIP.unpack(octets)
    tracking, too_big, room, mss, mode, affinity = policies
    mtu = room + OVERHEAD[Forwarding(mode)]
    how = (Tracking(tracking), TooBig(too_big), mtu, mss, Forwarding(mode))
    return first_slot, slots, number, Handling(*how, Affinity(affinity))


def vip_key_of(octets: bytes) -> VipKey:
    """Return the key that `struct vip_key` is."""
    address, port, protocol, version = VIP_KEY.unpack(octets)
    value = int.from_bytes(address[: 4 if version == 4 else 16], "big")
    return VipKey(version, value, protocol, int.from_bytes(port, "big"))


def backend_of(octets: bytes) -> BackendEntry:
    """Return the backend that `struct backend` is."""
    address, usable, address6, mac = BACKEND.unpack(octets)
    known_mac = mac if any(mac) else None
    return BackendEntry(
        IPv4Address(address), bool(usable), _unpacked6(address6), known_mac
    )


def sample_of(octets: bytes) -> tuple[FiveTuple, int, int, int]:
    """Return what `struct sample` has: flow, backend, reason, time in ns."""
    key, backend, reason, time_ns = SAMPLE.unpack(octets)
    return flow_of(key), backend, reason, time_ns


def flow_bytes(backend: int, used_s: float) -> bytes:
    """Return `struct flow`; the time is of the monotonic clock."""
    return FLOW.pack(backend, tick_at(used_s))


def vip_key_bytes(key: VipKey) -> bytes:
    """Return `struct vip_key`."""
    address = _address_bytes(key.version, key.address)
    port = key.port.to_bytes(2, "big")
    return VIP_KEY.pack(address, port, key.protocol, key.version)


def backend_bytes(entry: BackendEntry) -> bytes:
    """Return `struct backend`."""
    address6, mac = _packed6(entry.address6), entry.mac or bytes(6)
    return BACKEND.pack(entry.address.packed, entry.usable, address6, mac)


def flow_key_bytes(flow: FiveTuple) -> bytes:
    """Return `struct flow_key`."""
    return FLOW_KEY.pack(
        _address_bytes(flow.version, flow.source),
        _address_bytes(flow.version, flow.destination),
        flow.source_port.to_bytes(2, "big"),
        flow.destination_port.to_bytes(2, "big"),
        flow.protocol,
        flow.version,
    )


def flow_of(key: bytes) -> FiveTuple:
    """Return the five-tuple of a `struct flow_key`."""
    source, destination, source_port, destination_port, protocol, version = (
        FLOW_KEY.unpack(key)
    )
    size = 4 if version == 4 else 16
    return FiveTuple(
        version,
        int.from_bytes(source[:size], "big"),
        int.from_bytes(destination[:size], "big"),
        protocol,
        int.from_bytes(source_port, "big"),
        int.from_bytes(destination_port, "big"),
    )


def _mask(modes: Iterable[Forwarding]) -> int:
    """Return the bit mask of `struct options` for the modes in use."""
    return sum(1 << mode for mode in modes)


def _packed6(address: IPv6Address | None) -> bytes:
    """Return an address that may be absent; then it is the unspecified one."""
    return bytes(16) if address is None else address.packed


def _unpacked6(octets: bytes) -> IPv6Address | None:
    return IPv6Address(octets) if any(octets) else None


def _address_bytes(version: int, address: int) -> bytes:
    return address.to_bytes(4 if version == 4 else 16, "big")
