"""The packet that an ICMP error quotes: the reference of bpf/quote.h."""

from ...errors import WireError
from ...model import FiveTuple
from ...wire.cursor import Cursor
from ...wire.ipv4 import Ipv4
from ...wire.ipv6 import Ipv6
from ...wire.l4 import Udp
from .packet import IpPacket, from_ipv4, from_ipv6, is_balanced, skip_extensions


def quoted_flow(cursor: Cursor, version: int) -> FiveTuple:
    """Return the flow, towards us, that the packet quoted at `cursor` answers.

    A later fragment has no ports to tell: its flow is that of the fragments.

    Raises:
        WireError: it has no TCP or UDP, or less of it than RFC 792's 8 octets.
    """
    packet = quoted_packet(cursor, version)
    if not is_balanced(packet.protocol):
        raise WireError(f"a quote of protocol {packet.protocol}")
    source_port = destination_port = 0
    if not packet.is_later_fragment:
        ports = Udp.from_wire(cursor)  # TCP's begin in the same way
        source_port, destination_port = ports.source_port, ports.destination_port
    return FiveTuple(
        version,
        packet.destination,
        packet.source,
        packet.protocol,
        destination_port,
        source_port,
    )


def quoted_packet(cursor: Cursor, version: int) -> IpPacket:
    """Return the packet quoted at `cursor`, which then is at its TCP or UDP header.

    Raises:
        WireError: its headers cannot be parsed.
    """
    if version == 4:
        return from_ipv4(Ipv4.from_wire(cursor, quoted=True), cursor)
    packet = from_ipv6(Ipv6.from_wire(cursor, quoted=True), cursor)
    return skip_extensions(packet, cursor)
