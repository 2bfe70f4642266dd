"""Other addresses and ports in a packet, in place; the reference of bpf/rewrite.h.

Checksums are changed, not made anew (RFC 1624): one that was wrong stays wrong.
"""

from dataclasses import dataclass

from ...model import FiveTuple, Protocol
from ...wire.checksum import replace_octets

_CHECK_AT4 = 10
_CHECK_AT = {Protocol.TCP: 16, Protocol.UDP: 6}
TCP_CHECK_END = 18
_ADDRESSES = {4: slice(12, 20), 6: slice(8, 40)}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a frame a packet's headers start, and where the packet ends."""

    ip: int
    l4: int
    end: int


def turned(flow: FiveTuple) -> FiveTuple:
    """Return the flow of the answers."""
    return FiveTuple(
        flow.version,
        flow.destination,
        flow.source,
        flow.protocol,
        flow.destination_port,
        flow.source_port,
    )


def readdress(frame: bytearray, ip_at: int, flow: FiveTuple) -> tuple[bytes, bytes]:
    """Put a flow's addresses into the IP header at `ip_at`.

    Returns the addresses' octets as they were and as they are.
    """
    where = _ADDRESSES[flow.version]
    span = slice(ip_at + where.start, ip_at + where.stop)
    old, new = bytes(frame[span]), _addresses(flow)
    frame[span] = new
    if flow.version == 4:
        _recheck(frame, ip_at + _CHECK_AT4, old, new)
    return old, new


def rewrite(frame: bytearray, place: Place, flow: FiveTuple) -> None:
    """Put a flow's addresses and ports into a TCP or UDP packet.

    Of a packet that an ICMP error quotes there may be so little that it ends before
    TCP's checksum.
    """
    old, new = readdress(frame, place.ip, flow)
    ports = slice(place.l4, place.l4 + 4)
    old, new = old + frame[ports], new + _ports(flow)
    frame[ports] = _ports(flow)
    check_at = place.l4 + _CHECK_AT[Protocol(flow.protocol)]
    if check_at + 2 > place.end:
        return
    if flow.protocol == Protocol.UDP:
        _recheck_udp(frame, check_at, old, new)
    else:
        _recheck(frame, check_at, old, new)


def _recheck(frame: bytearray, at: int, old: bytes, new: bytes) -> None:
    check = int.from_bytes(frame[at : at + 2], "big")
    frame[at : at + 2] = replace_octets(check, old, new).to_bytes(2, "big")


def _recheck_udp(frame: bytearray, at: int, old: bytes, new: bytes) -> None:
    """Change the checksum, unless it is 0: then there is none (RFC 768)."""
    if not any(frame[at : at + 2]):
        return
    _recheck(frame, at, old, new)
    if not any(frame[at : at + 2]):
        frame[at : at + 2] = b"\xff\xff"


def _addresses(flow: FiveTuple) -> bytes:
    size = 4 if flow.version == 4 else 16
    return flow.source.to_bytes(size, "big") + flow.destination.to_bytes(size, "big")


def _ports(flow: FiveTuple) -> bytes:
    return flow.source_port.to_bytes(2, "big") + flow.destination_port.to_bytes(
        2, "big"
    )
