"""What a router tells the sender of a packet whose TTL ended there; no I/O."""

from ipaddress import IPv4Address, IPv6Address

from balancer.errors import WireError
from balancer.model import Address
from balancer.wire import ethernet, icmp, ipv4, ipv6
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.icmp import Icmp
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6

from .fabric import Router

# Octets of a whole error: as much of the packet as these leave room for.
MOST4 = 576  # RFC 1812 4.3.2.3
MOST6 = 1280  # RFC 4443 2.4 (c)

FRAGMENT_OFFSET = 0x1FFF


def time_exceeded(router: Router, frame: bytes) -> bytes | None:
    """Return the frame that tells the sender of `frame`, for `router` to route.

    None when nobody is to be told: an error of ICMP, a later fragment, a sender who is
    not one (RFC 1122 3.2.2, RFC 4443 2.4 (e)), no IP, or no address to tell it from.
    """
    cursor = Cursor(frame)
    try:
        ethertype = Ethernet.from_wire(cursor).ethertype
        packet = frame[ethernet.SIZE :]
        if ethertype == EtherType.IPV4:
            said = _tell4(router, cursor, packet)
        elif ethertype == EtherType.IPV6:
            said = _tell6(router, cursor, packet)
        else:
            return None
    except WireError:
        return None
    mac = bytes.fromhex(router.mac.replace(":", ""))
    return Ethernet(mac, mac, ethertype).to_wire() + said if said else None


def _tell4(router: Router, cursor: Cursor, packet: bytes) -> bytes | None:
    about = Ipv4.from_wire(cursor)
    own = _own(router, 4)
    later = about.fragment & FRAGMENT_OFFSET
    if own is None or later or not _is_sender(IPv4Address(about.source)):
        return None
    if _is_error(cursor, 4, about.protocol):
        return None
    quote = packet[: min(about.total_length, MOST4 - ipv4.SIZE - icmp.SIZE)]
    message = icmp.time_exceeded4(quote)
    length = ipv4.SIZE + len(message)
    header = Ipv4(int(own), about.source, icmp.PROTOCOL4, length)
    return header.to_wire() + message


def _tell6(router: Router, cursor: Cursor, packet: bytes) -> bytes | None:
    about = Ipv6.from_wire(cursor)
    own = _own(router, 6)
    if own is None or not _is_sender(IPv6Address(about.source)):
        return None
    if _is_error(cursor, 6, about.next_header):
        return None
    whole = ipv6.SIZE + about.payload_length
    quote = packet[: min(whole, MOST6 - ipv6.SIZE - icmp.SIZE)]
    message = icmp.time_exceeded6(int(own), about.source, quote)
    header = Ipv6(int(own), about.source, icmp.PROTOCOL6, len(message))
    return header.to_wire() + message


def _own(router: Router, version: int) -> Address | None:
    """Return the address that the router speaks from."""
    return next((it for it in router.gateways if it.version == version), None)


def _is_sender(address: Address) -> bool:
    return not (address.is_multicast or address.is_unspecified or address.is_loopback)


def _is_error(cursor: Cursor, version: int, protocol: int) -> bool:
    if protocol != icmp.PROTOCOL[version]:
        return False
    return Icmp.from_wire(cursor).is_error(version)
