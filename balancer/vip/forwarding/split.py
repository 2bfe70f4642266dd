"""Two packets out of one that is too big to be encapsulated: see bpf/split.h.

The inner packet is split, so that its receiver's own stack puts it together again: a
backend that takes the outer header off by XDP could not.
"""

from dataclasses import replace

from ...wire import ethernet, ipv4
from ...wire.cursor import Cursor
from ...wire.ipv4 import Ipv4
from ..packets.packet import Arrival, IpPacket, from_ipv4

_MORE, _OFFSET = 0x2000, 0x1FFF
_UNIT = 8  # octets, in which offsets count


def can_split(packet: IpPacket, mtu: int) -> bool:
    """Whether a packet may be split, and two packets within `mtu` take all of it.

    `mtu` is that of the packet itself, as `Tables.room` says it. Not with IPv4
    options: some of them belong into the first fragment alone.
    """
    if packet.dont_fragment or packet.has_options:
        return False
    room, units = _room(mtu), _units(mtu)
    rest = packet.length - ipv4.SIZE - units * _UNIT
    return rest <= room and (packet.fragment & _OFFSET) + units <= _OFFSET


def split(arrival: Arrival, mtu: int) -> tuple[Arrival, Arrival]:
    """Return both halves of a packet, of which `can_split` must have said yes.

    They are of the packet's flow. What pads the frame stays behind the second half.
    """
    cursor = Cursor(arrival.frame, ethernet.SIZE)
    header = Ipv4.from_wire(cursor)
    units = _units(mtu)
    body = cursor.rest()
    first, rest = body[: units * _UNIT], body[units * _UNIT :]
    head = replace(
        header,
        total_length=ipv4.SIZE + len(first),
        fragment=header.fragment | _MORE,
    )
    tail = replace(
        header,
        total_length=header.total_length - len(first),
        fragment=header.fragment + units,
    )
    return _half(arrival, head, first), _half(arrival, tail, rest)


def _half(arrival: Arrival, header: Ipv4, body: bytes) -> Arrival:
    frame = arrival.frame[: ethernet.SIZE] + header.to_wire() + body
    cursor = Cursor(frame, ethernet.SIZE + ipv4.SIZE)
    return replace(arrival, frame=frame, packet=from_ipv4(header, cursor))


def _room(mtu: int) -> int:
    """Return the octets behind an IPv4 header in a packet of `mtu`."""
    return mtu - ipv4.SIZE


def _units(mtu: int) -> int:
    """Return how many units of 8 octets the first half has."""
    return _room(mtu) // _UNIT
