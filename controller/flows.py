"""The flows that every switch should have: a pure function of fabric and ports."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from balancer.model import Address, Network

from .fabric import Anycast, Fabric, Host, Outages, Router
from .openflow import (
    ETH_TYPE_ARP,
    ETH_TYPE_IPV4,
    ETH_TYPE_IPV6,
    Action,
    Choose,
    DecrementTtl,
    Field,
    Flow,
    Kind,
    Match,
    MemberIs,
    Move,
    Output,
    OutputBack,
    OutputElsewhere,
    SetField,
    Table,
)
from .paths import Distance, Path, shortest_paths

ARP_REQUEST, ARP_REPLY = 1, 2
ICMP, ICMPV6 = 1, 58
ECHO_REQUEST, ECHO_REPLY = 8, 0
ECHO_REQUEST6, ECHO_REPLY6 = 128, 129

BROADCAST = "ff:ff:ff:ff:ff:ff"
MULTICAST6 = "33:33:00:00:00:00/ff:ff:00:00:00:00"  # RFC 2464, section 7

MAC_BITS, IPV4_BITS, IPV6_BITS = 48, 32, 128

HERE = Distance(0, 0)
NO_OUTAGES = Outages()


@dataclass(frozen=True, slots=True)
class _View:
    """What one router sees: itself, all routers by site, and its paths to them."""

    router: Router
    routers: Mapping[str, Router]
    paths: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class _Group:
    """The members of an anycast as they stand.

    Args:
        addresses: the anycast's.
        members: all of them.
        live: sites with a member that serves.
        hidden: names of members with a live port that are not to be sent anything.
    """

    addresses: tuple[Address, ...]
    members: tuple[Host, ...]
    live: frozenset[str]
    hidden: frozenset[str]


def desired_flows(
    fabric: Fabric, outages: Outages = NO_OUTAGES
) -> dict[str, frozenset[Flow]]:
    """Return the flows of every site's switch during outages.

    A host's own flows stay while its port is down: nothing else leads there, and
    the less changes the sooner the rest is in place.
    """
    routers = {router.site: router for router in fabric.routers}
    paths = shortest_paths(routers, fabric.wires, outages.down)
    views = [_View(router, routers, paths[router.site]) for router in fabric.routers]
    return {
        view.router.site: frozenset(_flows(fabric, view, outages)) for view in views
    }


def _flows(fabric: Fabric, view: _View, outages: Outages) -> Iterator[Flow]:
    hosts = {host.name: host for host in fabric.hosts}
    yield from _gateway_flows(view.router)
    yield from _host_flows(view.router, fabric.hosts)
    yield from _site_flows(view)
    yield from _bridge_flows(view.router, fabric.hosts)
    for anycast in fabric.anycasts:
        members = [hosts[name] for name in anycast.members]
        group = _group(anycast, members, outages)
        yield from _anycast_flows(view, group)


def _gateway_flows(router: Router) -> Iterator[Flow]:
    for gateway in router.gateways:
        if gateway.version == 4:
            yield _arp_flow(router, gateway)
        yield _ping_flow(router, gateway)


def _arp_flow(router: Router, gateway: Address) -> Flow:
    """Turn an ARP request for the gateway into its reply (RFC 826)."""
    asked = (
        Field("eth_type", ETH_TYPE_ARP),
        Field("arp_op", ARP_REQUEST),
        Field("arp_tpa", str(gateway)),
    )
    answer = (
        Move("eth_src", "eth_dst", MAC_BITS),
        SetField(Field("eth_src", router.mac)),
        SetField(Field("arp_op", ARP_REPLY)),
        Move("arp_sha", "arp_tha", MAC_BITS),
        SetField(Field("arp_sha", router.mac)),
        Move("arp_spa", "arp_tpa", IPV4_BITS),
        SetField(Field("arp_spa", str(gateway))),
        OutputBack(),
    )
    return Flow(Kind.ARP, Table.ROUTE, asked, answer)


def _ping_flow(router: Router, gateway: Address) -> Flow:
    """Turn an echo request to the gateway into its reply; OVS mends checksums."""
    ip = f"ipv{gateway.version}"
    icmp = f"icmpv{gateway.version}"
    four = gateway.version == 4
    bits = IPV4_BITS if four else IPV6_BITS
    asked = (
        *_to(router, gateway),
        Field("ip_proto", ICMP if four else ICMPV6),
        Field(f"{icmp}_type", ECHO_REQUEST if four else ECHO_REQUEST6),
    )
    answer = (
        Move("eth_src", "eth_dst", MAC_BITS),
        SetField(Field("eth_src", router.mac)),
        Move(f"{ip}_src", f"{ip}_dst", bits),
        SetField(Field(f"{ip}_src", str(gateway))),
        SetField(Field(f"{icmp}_type", ECHO_REPLY if four else ECHO_REPLY6)),
        OutputBack(),
    )
    return Flow(Kind.PING, Table.ROUTE, asked, answer)


def _host_flows(router: Router, hosts: Iterable[Host]) -> Iterator[Flow]:
    for host in hosts:
        if host.site != router.site:
            continue
        for address in host.addresses:
            actions = _forward(router, host.mac, host.port)
            yield Flow(Kind.HOST, Table.ROUTE, _to(router, address), actions)


def _site_flows(view: _View) -> Iterator[Flow]:
    for site, path in view.paths.items():
        for network in view.routers[site].networks:
            match = _to(view.router, network)
            yield Flow(Kind.SITE, Table.ROUTE, match, _towards(view, path))


def _bridge_flows(router: Router, hosts: Iterable[Host]) -> Iterator[Flow]:
    """Make one broadcast domain of the LAN and the ports that are bridged with it."""
    if not router.bridged:
        return
    ports = (router.lan_port, *router.bridged)
    for host in hosts:
        if host.site == router.site and host.port in ports:
            match = (Field("eth_dst", host.mac),)
            actions = (OutputElsewhere(host.port),)
            yield Flow(Kind.BRIDGE, Table.ROUTE, match, actions)
    for group in (BROADCAST, MULTICAST6):
        flood = tuple(OutputElsewhere(port) for port in ports)
        yield Flow(Kind.BRIDGE, Table.ROUTE, (Field("eth_dst", group),), flood)


def _group(anycast: Anycast, members: list[Host], outages: Outages) -> _Group:
    """Return who serves an anycast; the last one to leave stays.

    A watcher that is wrong at every site must not take the address off the net.
    """
    up = {host.name: host for host in members if host.behind not in outages.down}
    left = [
        it.member
        for it in outages.withdrawn
        if it.anycast == anycast.name and it.member in up
    ]
    hidden = frozenset(left if len(left) < len(up) else left[:-1])
    live = frozenset(host.site for name, host in up.items() if name not in hidden)
    return _Group(anycast.addresses, tuple(members), live, hidden)


def _anycast_flows(view: _View, group: _Group) -> Iterator[Flow]:
    """Lead the anycast's addresses to the nearest site that has a live member."""
    near = nearest(view.router.site, view.paths, group.live)
    if near is None:
        return
    for address in group.addresses:
        if near != view.router.site:
            actions = _towards(view, view.paths[near])
            match = _to(view.router, address)
            yield Flow(Kind.ANYCAST, Table.ROUTE, match, actions)
        else:
            yield from _member_flows(view.router, address, group)


def nearest(site: str, paths: Mapping[str, Path], live: Iterable[str]) -> str | None:
    """Return the nearest of the sites `live`, ties by name; None when out of reach."""
    reached = [(paths[other].distance, other) for other in live if other in paths]
    if site in live:
        reached.append((HERE, site))
    return min(reached)[1] if reached else None


def _member_flows(router: Router, address: Address, group: _Group) -> Iterator[Flow]:
    """Spread over the members of this site; the switch itself avoids dead ports.

    All members have a place in the choice, dead and withdrawn ones too: it hashes
    over their indices, and one that left the list would move the others' flows.
    """
    match = _to(router, address)
    here = [host for host in group.members if host.site == router.site]
    if len(here) == 1:
        actions = _forward(router, here[0].mac, here[0].port)
        yield Flow(Kind.ANYCAST, Table.ROUTE, match, actions)
        return
    ports = ("" if host.name in group.hidden else host.port for host in here)
    choose = Choose(tuple(ports))
    yield Flow(Kind.ANYCAST, Table.ROUTE, match, (choose,), Table.MEMBER)
    for host in here:
        actions = _forward(router, host.mac, host.port)
        chosen = (*match, MemberIs(host.port))
        yield Flow(Kind.MEMBER, Table.MEMBER, chosen, actions)


def _towards(view: _View, path: Path) -> tuple[Action, ...]:
    return _forward(view.router, view.routers[path.next_site].mac, path.port)


def _forward(router: Router, mac: str, port: str) -> tuple[Action, ...]:
    return (
        DecrementTtl(),
        SetField(Field("eth_src", router.mac)),
        SetField(Field("eth_dst", mac)),
        Output(port),
    )


def _to(router: Router, target: Address | Network) -> tuple[Match, ...]:
    """Match what is sent to the router to be brought to `target`.

    The MAC matters: a LAN's bridge also floods frames between two of its hosts to
    the switch, and those would arrive twice.
    """
    four = target.version == 4
    return (
        Field("eth_dst", router.mac),
        Field("eth_type", ETH_TYPE_IPV4 if four else ETH_TYPE_IPV6),
        Field("ipv4_dst" if four else "ipv6_dst", str(target)),
    )
