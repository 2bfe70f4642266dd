"""Messages of rtnetlink, as far as a balancer asks: addresses and neighbours; no I/O.

Layouts are those of linux/netlink.h, rtnetlink.h, if_addr.h and neighbour.h.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from struct import Struct

from ...errors import WireError
from ...wire.cursor import Cursor

AF_INET = 2
NEW_ADDRESS, GET_ADDRESS = 20, 22  # RTM_NEWADDR, RTM_GETADDR
NEW_NEIGHBOUR, GET_NEIGHBOUR = 28, 30
DONE, ERROR = 3, 2  # NLMSG_DONE, NLMSG_ERROR
_DUMP_REQUEST = 0x301  # NLM_F_REQUEST | NLM_F_DUMP

_HEADER = Struct("=IHHII")  # length, type, flags, sequence, port
_FAMILY = Struct("=B3x")  # struct rtgenmsg, filled up
_ADDRESS = Struct("=BBBBI")  # family, prefix length, flags, scope, interface
_NEIGHBOUR = Struct("=BxxxiHBB")  # family, interface, state, flags, type
_ATTRIBUTE = Struct("=HH")  # length, type
_NUMBER = Struct("=i")
_LOCAL, _DESTINATION, _HARDWARE = 2, 1, 2  # IFA_LOCAL, NDA_DST, NDA_LLADDR
# NUD_REACHABLE, STALE, DELAY, PROBE, NOARP and PERMANENT: there is an address to use.
_VALID = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80


@dataclass(frozen=True, slots=True)
class Message:
    """A message's type, and what follows its header."""

    kind: int
    body: bytes


def dump_request(kind: int) -> bytes:
    """Return the request for all of a kind, in IPv4."""
    body = _FAMILY.pack(AF_INET)
    return _HEADER.pack(_HEADER.size + len(body), kind, _DUMP_REQUEST, 1, 0) + body


def messages(octets: bytes) -> Iterator[Message]:
    """Yield the messages of one datagram.

    Raises:
        WireError: they do not hold together.
    """
    cursor = Cursor(octets)
    while cursor.remaining:
        length, kind, *_ = cursor.unpack(_HEADER)
        if length < _HEADER.size:
            raise WireError(f"a netlink message of {length} octets")
        body = cursor.take(length - _HEADER.size)
        cursor.take(min(-length % 4, cursor.remaining))
        yield Message(kind, body)


def error_number(message: Message) -> int:
    """Return the errno that an error tells of, 0 for none."""
    code: int = -Cursor(message.body).unpack(_NUMBER)[0]
    return code


def address_of(message: Message, interface: int) -> IPv4Interface | None:
    """Return an address with its network; None when another interface has it."""
    cursor = Cursor(message.body)
    family, prefix_length, _, _, index = cursor.unpack(_ADDRESS)
    local = _attributes(cursor).get(_LOCAL)
    if family != AF_INET or index != interface or local is None:
        return None
    return IPv4Interface((local, prefix_length))


def neighbour_of(message: Message, interface: int) -> tuple[IPv4Address, bytes] | None:
    """Return a neighbour and its hardware address; None when that is not known."""
    cursor = Cursor(message.body)
    family, index, state, _, _ = cursor.unpack(_NEIGHBOUR)
    found = _attributes(cursor)
    address, mac = found.get(_DESTINATION, b""), found.get(_HARDWARE, b"")
    known = state & _VALID and len(mac) == 6
    if family != AF_INET or index != interface or not known:
        return None
    return IPv4Address(address), mac


def _attributes(cursor: Cursor) -> dict[int, bytes]:
    found = {}
    while cursor.remaining:
        length, kind = cursor.unpack(_ATTRIBUTE)
        if length < _ATTRIBUTE.size:
            raise WireError(f"a netlink attribute of {length} octets")
        found[kind] = cursor.take(length - _ATTRIBUTE.size)
        cursor.take(min(-length % 4, cursor.remaining))
    return found
