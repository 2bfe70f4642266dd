"""The maps' layouts, beside bpf/maps.h and bpf/options.h: records to bytes and back."""

from struct import Struct

from ..model import FiveTuple
from .tables import BackendEntry, Options, VipKey

# Numbers are as this machine has them; addresses, ports and octets as on the wire.
OPTIONS = Struct("=4sI6s6s")  # source, mtu, mac, gateway_mac
VIP_KEY = Struct("=16s2sBB")  # address, port, protocol, version
VIP = Struct("=III")  # first slot, slots, number
SLOT = Struct("=HHI")  # backend, previous, needed
BACKEND = Struct("=4sI")  # address, usable
FLOW_KEY = Struct("=16s16s2s2sBB2x")  # source, destination, ports, protocol, version
FLOW = Struct("=I")  # backend
TRAFFIC = Struct("=QQ")  # packets, bytes
COUNTER = Struct("=Q")
INDEX = Struct("=I")


def options_bytes(options: Options) -> bytes:
    """Return `struct options`."""
    source, mtu = options.source.packed, options.mtu
    return OPTIONS.pack(source, mtu, options.mac, options.gateway_mac)


def vip_key_bytes(key: VipKey) -> bytes:
    """Return `struct vip_key`."""
    address = _address_bytes(key.version, key.address)
    port = key.port.to_bytes(2, "big")
    return VIP_KEY.pack(address, port, key.protocol, key.version)


def backend_bytes(entry: BackendEntry) -> bytes:
    """Return `struct backend`."""
    return BACKEND.pack(entry.address.packed, entry.usable)


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


def _address_bytes(version: int, address: int) -> bytes:
    return address.to_bytes(4 if version == 4 else 16, "big")
