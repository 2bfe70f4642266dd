"""ICMP errors about translated packets, with what they quote (RFC 5508 4.2).

So path MTU discovery and traceroute work in both directions. Whoever sent an error, the
other side hears it from where it sends its packets to: it knows nobody else (REQ-5 c).
"""

from ...model import FiveTuple
from ...wire import ethernet, icmp
from ...wire.checksum import replace_octets
from ...wire.cursor import Cursor
from ..packets.packet import IpPacket
from ..packets.quote import quoted_packet
from .rewrite import TCP_CHECK_END, Place, readdress, rewrite, turned

_CHECK_AT = 2
_QUOTED = 8  # octets of TCP or UDP that every quote has (RFC 792)


def rewrite_error(frame: bytearray, packet: IpPacket, flow: FiveTuple) -> None:
    """Make an error's quote a packet of `flow`, and send the error to its source."""
    start = packet.l4_start
    place = _quoted_place(frame, packet)
    end = place.l4 + TCP_CHECK_END
    if end > place.end:
        end = place.l4 + _QUOTED
    old = bytes(frame[start:end])
    rewrite(frame, place, flow)
    new = bytes(frame[start:end])
    addresses = readdress(frame, ethernet.SIZE, turned(flow))
    if flow.version == 6:  # whose checksum covers the addresses, too (RFC 4443 2.3)
        old, new = old + addresses[0], new + addresses[1]
    check_at = start + _CHECK_AT
    check = int.from_bytes(frame[check_at : check_at + 2], "big")
    frame[check_at : check_at + 2] = replace_octets(check, old, new).to_bytes(2, "big")


def _quoted_place(frame: bytearray, packet: IpPacket) -> Place:
    ip_at = packet.l4_start + icmp.SIZE
    cursor = Cursor(bytes(frame), ip_at, packet.end)
    quoted_packet(cursor, packet.version)
    return Place(ip_at, cursor.position, packet.end)
