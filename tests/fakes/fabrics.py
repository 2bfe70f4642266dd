"""Fabrics to test with: three sites in a triangle, and random connected ones."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from random import Random

from controller.fabric import Anycast, Fabric, Host, Router, Wire

LAN_SUBNETS = (1, 16)
BALANCER_SUBNET = 8


def router(index: int, site: str) -> Router:
    """Return the router of the site number `index`."""
    subnets = (*LAN_SUBNETS, BALANCER_SUBNET)
    return Router(
        site=site,
        dpid=index,
        mac=f"02:00:{index:02x}:00:00:01",
        lan_port=f"{site}-lan",
        networks=(ip_network(f"11.{index}.0.0/16"), ip_network(f"2a11:0:{index}::/48")),
        gateways=tuple(
            ip_address(text)
            for n in subnets
            for text in (f"11.{index}.{n}.1", f"2a11:0:{index}:{n << 8:x}::1")
        ),
    )


def host(index: int, site: str, name: str, subnet: int, number: int) -> Host:
    """Return a host; those of the balancers' subnet have a port of their own."""
    port = name if subnet == BALANCER_SUBNET else f"{site}-lan"
    four = f"11.{index}.{subnet}.{number}"
    six = f"2a11:0:{index}:{subnet << 8:x}::{number}"
    mac = f"02:00:{index:02x}:{subnet:02x}:00:{number:02x}"
    return Host(name, site, (ip_address(four), ip_address(six)), mac, port)


def wire(a: str, b: str, cost_ms: float) -> Wire:
    """Return a wire with the usual port names."""
    return Wire(a, f"{a}-{b}", b, f"{b}-{a}", cost_ms)


def anycast(name: str, number: int, members: Iterable[str]) -> Anycast:
    """Return an anycast with an address of each family."""
    addresses = (ip_address(f"23.0.0.{number}"), ip_address(f"2a23::{number}"))
    return Anycast(name, addresses, tuple(members))


def site_hosts(index: int, site: str, balancers: int) -> list[Host]:
    """Return a backend, a client, and balancers on ports of their own."""
    names = [f"{site}-lb{n + 1}" for n in range(balancers)]
    return [
        host(index, site, f"{site}-be", LAN_SUBNETS[0], 10),
        host(index, site, f"{site}-client", LAN_SUBNETS[1], 10),
        *(host(index, site, it, BALANCER_SUBNET, 10 + n) for n, it in enumerate(names)),
    ]


def triangle() -> Fabric:
    """Frankfurt with 4 balancers, Dulles with 2, Sydney with none.

    From Frankfurt to Sydney it is nearer by way of Dulles (44 + 100 < 200 ms).
    """
    sites = {"fra": 4, "iad": 2, "syd": 0}
    hosts = [
        host
        for index, (site, count) in enumerate(sites.items(), start=1)
        for host in site_hosts(index, site, count)
    ]
    return Fabric(
        routers=tuple(router(n, site) for n, site in enumerate(sites, start=1)),
        wires=(
            wire("fra", "iad", 44),
            wire("iad", "syd", 100),
            wire("fra", "syd", 200),
        ),
        hosts=tuple(hosts),
        anycasts=(
            anycast("www@fra", 1, [f"fra-lb{n}" for n in (1, 2, 3, 4)]),
            anycast("www@iad", 2, ["iad-lb1", "iad-lb2"]),
            anycast("nameserver", 53, ["fra-be", "iad-be"]),
            anycast("everywhere", 80, ["fra-lb1", "iad-lb1", "iad-lb2"]),
        ),
    )


def random_fabric(seed: int) -> Fabric:
    """Return a connected fabric of 2 to 7 sites with ties, and wires without cost."""
    random = Random(seed)
    sites = [f"s{n}" for n in range(1, random.randint(2, 7) + 1)]
    pairs = {(random.choice(sites[:n]), sites[n]) for n in range(1, len(sites))}
    for _ in range(random.randint(0, 6)):
        a, b = sorted(random.sample(sites, 2))
        pairs.add((a, b))
    costs = [0, 1, 2, 10.5]
    hosts = [
        host
        for index, site in enumerate(sites, start=1)
        for host in site_hosts(index, site, 1)
    ]
    members = [f"{site}-lb1" for site in sites if random.random() < 0.6]
    return Fabric(
        routers=tuple(router(n, site) for n, site in enumerate(sites, start=1)),
        wires=tuple(wire(a, b, random.choice(costs)) for a, b in sorted(pairs)),
        hosts=tuple(hosts),
        anycasts=(anycast("any", 1, members),),
    )
