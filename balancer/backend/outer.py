"""What a frame's outer header says of a tunnel: the reference of bpf/outer.h."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from ..errors import WireError
from ..model import Address, Forwarding, Protocol
from ..vip.forwarding import gue, ipip
from ..vip.tables.modes import OVERHEAD
from ..wire import gre
from ..wire.cursor import Cursor
from ..wire.ethernet import EtherType
from ..wire.extensions import Extension
from ..wire.ipv4 import Ipv4
from ..wire.ipv6 import SIZE as IPV6_SIZE
from ..wire.ipv6 import Ipv6
from ..wire.l4 import Udp

_EXTENSIONS = frozenset(map(int, Extension))


@dataclass(frozen=True, slots=True)
class Outer:
    """The outer IP header of a packet that is encapsulated.

    Args:
        mode: how.
        protocol: what follows the IP header.
        source: who has sent it.
        destination: to whom.
        tos: TOS or traffic class.
        length: octets of the whole packet, this header too.
        is_plain: whether it has no options and is no fragment, and is long enough.
    """

    mode: Forwarding
    protocol: int
    source: Address
    destination: Address
    tos: int
    length: int
    is_plain: bool

    @property
    def is_certain(self) -> bool:
        """Whether it is a tunnel's; behind extension headers there may be anything."""
        return self.protocol not in _EXTENSIONS


def read_outer(cursor: Cursor, ethertype: int) -> Outer | None:
    """Return the outer header of the packet at `cursor`, read to its end.

    None says that it is not encapsulated, or so malformed that the machine's own stack
    shall judge it.
    """
    try:
        if ethertype == EtherType.IPV4:
            return _outer4(Ipv4.from_wire(cursor), cursor)
        if ethertype == EtherType.IPV6:
            return _outer6(Ipv6.from_wire(cursor))
    except WireError:
        pass
    return None


def _outer4(header: Ipv4, cursor: Cursor) -> Outer | None:
    mode = _mode4(header, cursor)
    if mode is None:
        return None
    is_whole = not header.options and not header.is_fragment
    return Outer(
        mode=mode,
        protocol=header.protocol,
        source=IPv4Address(header.source),
        destination=IPv4Address(header.destination),
        tos=header.tos,
        length=header.total_length,
        is_plain=is_whole and header.total_length >= OVERHEAD[mode],
    )


def _mode4(header: Ipv4, cursor: Cursor) -> Forwarding | None:
    if header.protocol == gre.PROTOCOL:
        return Forwarding.GRE
    if header.protocol in ipip.PROTOCOL.values():
        return Forwarding.IPIP
    if header.protocol != Protocol.UDP or header.options or header.is_fragment:
        return None  # Where the port is, and whether there is one, the stack finds out.
    if header.total_length < OVERHEAD[Forwarding.GUE]:
        return None
    start = cursor.position
    port = Udp.from_wire(cursor).destination_port
    cursor.position = start
    return Forwarding.GUE if port == gue.PORT else None


def _outer6(header: Ipv6) -> Outer | None:
    """Return the header before GRE, or before extension headers: none is walked."""
    has_extensions = header.next_header in _EXTENSIONS
    if header.next_header != gre.PROTOCOL and not has_extensions:
        return None
    length = IPV6_SIZE + header.payload_length
    return Outer(
        mode=Forwarding.GRE6,
        protocol=header.next_header,
        source=IPv6Address(header.source),
        destination=IPv6Address(header.destination),
        tos=header.traffic_class,
        length=length,
        is_plain=not has_extensions and length >= OVERHEAD[Forwarding.GRE6],
    )
