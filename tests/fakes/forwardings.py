"""Packets through balancers of every mode, and the rows of a faithful lab."""

from ipaddress import IPv4Address, IPv6Address

from balancer.model import Address, Protocol
from balancer.wire import gre
from balancer.wire.checksum import checksum, pseudo_header4, pseudo_header6
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.gre import Gre
from balancer.wire.icmp import TooBig
from balancer.wire.ipv4 import Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import TCP_SIZE, Tcp, TcpFlag, Udp
from experiments.kit.forwarding.expected import OVERHEAD
from experiments.kit.forwarding.likeness import Aspect
from experiments.kit.forwarding.row import ForwardingRow
from experiments.kit.packets.frame import Frame

CLIENT4, VIP4 = IPv4Address("11.1.16.10"), IPv4Address("23.0.1.80")
CLIENT6, VIP6 = IPv6Address("2a11:0:1:1000::10"), IPv6Address("2a23:0:1::80")
BALANCER4, BACKEND4 = IPv4Address("11.1.8.10"), IPv4Address("11.1.1.10")
BALANCER6, BACKEND6 = IPv6Address("2a11:0:1:800::10"), IPv6Address("2a11:0:1:100::10")
SNAP = 192
MACS = b"\2" * 6, b"\2" * 6


def frame(
    octets: bytes, port: str = "lb", to_host: bool = True, time_ns: int = 0
) -> Frame:
    """Return an IP packet as it is captured."""
    kind = EtherType.IPV4 if octets[0] >> 4 == 4 else EtherType.IPV6
    whole = Ethernet(*MACS, kind).to_wire() + octets
    return Frame(time_ns, port, to_host, whole[:SNAP], len(whole))


def ip(
    source: Address, target: Address, protocol: int, rest: bytes, **more: int
) -> bytes:
    """Return an IP packet; `tos` and `ttl` are those of both families."""
    tos, ttl = more.get("tos", 0), more.get("ttl", 64)
    ends = int(source), int(target)
    if source.version == 4:
        header4 = Ipv4(*ends, protocol, 20 + len(rest), tos=tos, ttl=ttl)
        return header4.to_wire() + rest
    header6 = Ipv6(*ends, protocol, len(rest), traffic_class=tos, hop_limit=ttl)
    return header6.to_wire() + rest


def tcp(
    source: Address,
    target: Address,
    ports: tuple[int, int] = (40000, 80),
    options: bytes = b"",
    payload: bytes = b"",
    flags: int = TcpFlag.ACK,
    **more: int,
) -> bytes:
    """Return a TCP packet with a right checksum."""
    rest = options + payload
    offset = (TCP_SIZE + len(options)) // 4
    blank = Tcp(*ports, flags, sequence=7, data_offset=offset).to_wire()
    pseudo = pseudo_header4 if source.version == 4 else pseudo_header6
    covered = pseudo(int(source), int(target), len(blank + rest), Protocol.TCP)
    check = checksum(covered + blank + rest)
    header = Tcp(*ports, flags, sequence=7, data_offset=offset, check=check)
    return ip(source, target, Protocol.TCP, header.to_wire() + rest, **more)


def forwarded(mode: str, inner: bytes) -> bytes:
    """Return a packet as it leaves a balancer."""
    version = inner[0] >> 4
    kind = EtherType.IPV4 if version == 4 else EtherType.IPV6
    with_gre = Gre(kind).to_wire() + inner
    match mode:
        case "gre":
            return ip(BALANCER4, BACKEND4, gre.PROTOCOL, with_gre)
        case "gre6":
            return ip(BALANCER6, BACKEND6, gre.PROTOCOL, with_gre)
        case "ipip":
            return ip(BALANCER4, BACKEND4, 4 if version == 4 else 41, inner)
        case "gue":
            udp = Udp(50000, 9886, 8 + len(inner)).to_wire()
            return ip(BALANCER4, BACKEND4, Protocol.UDP, udp + inner)
    return inner


def too_big(vip: Address, client: Address, mtu: int, quote: bytes) -> bytes:
    """Return what tells a client that a packet was too big."""
    if vip.version == 4:
        return ip(vip, client, 1, TooBig(mtu, quote).to_wire4())
    return ip(vip, client, 58, TooBig(mtu, quote).to_wire6(int(vip), int(client)))


def rows() -> list[ForwardingRow]:
    """Return what a faithful lab yields: ours in every mode, and two of others."""
    ours = [row(mode, family) for mode in OVERHEAD for family in (4, 6)]
    other = [row(name, 4, is_ours=False) for name in ("nftables", "haproxy")]
    return [*ours, *other]


def row(mode: str, family: int, *, is_ours: bool = True) -> ForwardingRow:
    """Return the row of a way that does as it should."""
    overhead = OVERHEAD.get(mode, 0) if is_ours else 0
    direct = is_ours and mode != "nat"
    passes = mode != "haproxy"
    kept = (Aspect.TOS, Aspect.SEQUENCE, Aspect.OPTIONS) if passes else ()
    return ForwardingRow(
        mode=mode,
        is_ours=is_ours,
        family=family,
        asked=18,
        fetched=18,
        downloads=3,
        delivered=300_000,
        carried=20_000 if direct else 645_000,
        forwarded=150,
        replies=0 if direct else 220,
        overhead_least=overhead,
        overhead_most=overhead,
        sent=5,
        same=5 if direct else 0,
        kept=", ".join(Aspect if direct else kept),
        hops=1 if direct or not passes else 2,
        wrong_sums=0,
        mss=1396,
        largest=1500 - overhead if passes else 0,
        refused=overhead,
        told_least=1500 - overhead if overhead else 0,
        told_most=1500 - overhead if overhead else 0,
        lost=0 if passes else 61,
        uploaded=True,
        uploaded_full=True,
        full_refused=10 if overhead else 0,
        connect_ms=0.4,
        answer_ms=0.5,
    )
