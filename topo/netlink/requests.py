"""Requests to the kernel's routing socket as bytes (rtnetlink(7)); sends nothing."""

import struct
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from balancer.model import Address, Network

Interface = IPv4Interface | IPv6Interface

RTM_NEWLINK, RTM_DELLINK, RTM_NEWADDR = 16, 17, 20
RTM_NEWROUTE, RTM_NEWNEIGH = 24, 28
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
CREATE = NLM_F_CREATE | NLM_F_EXCL
PUT = NLM_F_CREATE | NLM_F_REPLACE

IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_MASTER = 1, 3, 4, 10
IFLA_LINKINFO, IFLA_NET_NS_FD = 18, 28
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFLA_BR_STP_STATE, IFLA_BR_MCAST_SNOOPING = 5, 23
IFF_UP = 0x1

IFA_ADDRESS, IFA_LOCAL, IFA_F_NODAD = 1, 2, 0x02
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_METRICS = 1, 4, 5, 8
RTAX_MTU = 2
RT_TABLE_MAIN, RTPROT_STATIC, RTN_UNICAST, RTNH_F_ONLINK = 254, 4, 1, 4
RT_SCOPE_UNIVERSE, RT_SCOPE_LINK = 0, 253
NDA_DST, NDA_LLADDR, NUD_PERMANENT = 1, 2, 0x80

AF_UNSPEC = 0
FAMILY = {4: 2, 6: 10}  # AF_INET, AF_INET6

ATTRIBUTE = struct.Struct("=HH")  # length, type
LINK = struct.Struct("=BxHiII")  # family, device type, index, flags, flags to change
ADDRESS = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, index
# family, destination length, source length, TOS, table, protocol, scope, type, flags
ROUTE = struct.Struct("=BBBBBBBBI")
NEIGHBOUR = struct.Struct("=BxxxiHBB")  # family, index, state, flags, type
NUMBER = struct.Struct("=I")


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `what` names its object in an error."""

    what: str
    kind: int
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class End:
    """One end of a veth pair.

    `namespace` is a network namespace's descriptor, None for the socket's own;
    `index` 0 leaves the interface index to the kernel, `mac` "" the address.
    """

    name: str
    namespace: int | None = None
    mac: str = ""
    index: int = 0


def veth(a: End, b: End, mtu: int = 1500) -> Request:
    """Create a pair of virtual Ethernet links, both down."""
    peer = _attribute(VETH_INFO_PEER, _end(b, mtu))
    body = _end(a, mtu) + _link_info("veth", peer)
    return Request(f"veth {a.name}-{b.name}", RTM_NEWLINK, CREATE, body)


def bridge(name: str, mac: str = "") -> Request:
    """Create a kernel bridge that floods multicast and runs no spanning tree."""
    # Snooping without a querier would cut multicast off, neighbour discovery too.
    data = _attribute(IFLA_BR_MCAST_SNOOPING, b"\0")
    data += _attribute(IFLA_BR_STP_STATE, NUMBER.pack(0))
    body = _end(End(name, mac=mac), 1500) + _link_info("bridge", data)
    return Request(f"bridge {name}", RTM_NEWLINK, CREATE, body)


def up(name: str) -> Request:
    """Set a link administratively up."""
    body = LINK.pack(AF_UNSPEC, 0, 0, IFF_UP, IFF_UP) + _text(IFLA_IFNAME, name)
    return Request(f"link {name} up", RTM_NEWLINK, 0, body)


def down(name: str) -> Request:
    """Set a link administratively down."""
    body = LINK.pack(AF_UNSPEC, 0, 0, 0, IFF_UP) + _text(IFLA_IFNAME, name)
    return Request(f"link {name} down", RTM_NEWLINK, 0, body)


def set_mac(name: str, mac: str) -> Request:
    """Change a link's address."""
    body = LINK.pack(AF_UNSPEC, 0, 0, 0, 0) + _text(IFLA_IFNAME, name)
    body += _attribute(IFLA_ADDRESS, _mac(mac))
    return Request(f"MAC address of {name}", RTM_NEWLINK, 0, body)


def set_master(name: str, bridge_index: int) -> Request:
    """Make a link a port of the bridge with this interface index."""
    body = LINK.pack(AF_UNSPEC, 0, 0, 0, 0) + _text(IFLA_IFNAME, name)
    body += _attribute(IFLA_MASTER, NUMBER.pack(bridge_index))
    return Request(f"port {name} of bridge", RTM_NEWLINK, 0, body)


def delete(name: str) -> Request:
    """Delete a link, and its peer if it has one."""
    body = LINK.pack(AF_UNSPEC, 0, 0, 0, 0) + _text(IFLA_IFNAME, name)
    return Request(f"link {name}", RTM_DELLINK, 0, body)


def put_address(index: int, interface: Interface) -> Request:
    """Give the link with this index an address, at once usable."""
    packed = interface.ip.packed
    flags = IFA_F_NODAD if interface.version == 6 else 0
    prefix_length = interface.network.prefixlen
    head = ADDRESS.pack(FAMILY[interface.version], prefix_length, flags, 0, index)
    body = head + _attribute(IFA_LOCAL, packed) + _attribute(IFA_ADDRESS, packed)
    return Request(f"address {interface}", RTM_NEWADDR, PUT, body)


def put_route(
    index: int, destination: Network, gateway: Address | None, mtu: int = 0
) -> Request:
    """Route `destination` by the link with this index.

    A gateway may lie outside the link's own networks (`onlink`); None means that the
    destination's own hosts are on the link. `mtu` 0 is the link's.
    """
    scope = RT_SCOPE_UNIVERSE if gateway else RT_SCOPE_LINK
    length, flags = destination.prefixlen, RTNH_F_ONLINK if gateway else 0
    kind = (RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST)
    body = ROUTE.pack(FAMILY[destination.version], length, 0, 0, *kind, flags)
    body += _attribute(RTA_DST, destination.network_address.packed) if length else b""
    body += _attribute(RTA_OIF, NUMBER.pack(index))
    body += _attribute(RTA_GATEWAY, gateway.packed) if gateway else b""
    metrics = _attribute(RTAX_MTU, NUMBER.pack(mtu))
    body += _attribute(RTA_METRICS, metrics) if mtu else b""
    return Request(f"route {destination}", RTM_NEWROUTE, PUT, body)


def put_neighbour(index: int, address: Address, mac: str) -> Request:
    """Fix the link address of a neighbour for good, so that nobody has to ask."""
    family = FAMILY[address.version]
    body = NEIGHBOUR.pack(family, index, NUD_PERMANENT, 0, 0)
    body += _attribute(NDA_DST, address.packed) + _attribute(NDA_LLADDR, _mac(mac))
    return Request(f"neighbour {address}", RTM_NEWNEIGH, PUT, body)


def _end(end: End, mtu: int) -> bytes:
    body = LINK.pack(AF_UNSPEC, 0, end.index, 0, 0) + _text(IFLA_IFNAME, end.name)
    body += _attribute(IFLA_MTU, NUMBER.pack(mtu))
    if end.mac:
        body += _attribute(IFLA_ADDRESS, _mac(end.mac))
    if end.namespace is not None:
        body += _attribute(IFLA_NET_NS_FD, NUMBER.pack(end.namespace))
    return body


def _link_info(kind: str, data: bytes) -> bytes:
    info = _text(IFLA_INFO_KIND, kind) + _attribute(IFLA_INFO_DATA, data)
    return _attribute(IFLA_LINKINFO, info)


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def _text(kind: int, text: str) -> bytes:
    return _attribute(kind, text.encode() + b"\0")


def _attribute(kind: int, value: bytes) -> bytes:
    length = ATTRIBUTE.size + len(value)
    return ATTRIBUTE.pack(length, kind) + value + b"\0" * (-length % 4)
