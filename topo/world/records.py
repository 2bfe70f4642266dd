"""The nouns of a world, as its file says them; addresses come from the plan."""

from dataclasses import dataclass
from enum import StrEnum


class ResolverKind(StrEnum):
    """The recursive resolvers that a world can place, by their package's name."""

    UNBOUND = "unbound"
    BIND9 = "bind9"
    PDNS_RECURSOR = "pdns-recursor"
    KNOT_RESOLVER = "knot-resolver"
    DNSMASQ = "dnsmasq"
    DNSDIST = "dnsdist"


class RecordOrder(StrEnum):
    """In which order a cached set of addresses is answered."""

    FIXED = "fixed"
    RANDOM = "random"
    ROTATED = "rotated"


class ServerChoice(StrEnum):
    """Which of several resolvers a forwarder asks."""

    FIRST = "first"  # the first one that answers, in the order of the file
    ROTATED = "rotated"
    RANDOM = "random"
    ALL = "all"  # all at once: the fastest answer counts


class NameserverKind(StrEnum):
    """The authoritative servers that a datacenter can have: ours, or another."""

    OURS = "ours"
    GDNSD = "gdnsd"
    PDNS_GEOIP = "pdns-geoip"
    KNOT = "knot"
    BIND9 = "bind9"


class NameserverNames(StrEnum):
    """Which names the zone's NS records have."""

    SHARED = "shared"  # one, with the address that all servers announce
    OWN = "own"  # each server's, with the address that it alone has
    BOTH = "both"


class BalancerKind(StrEnum):
    """The balancers that a datacenter can have: ours, or another."""

    OURS = "ours"
    NFTABLES = "nftables"
    HAPROXY = "haproxy"
    IPVS = "ipvs"


@dataclass(frozen=True, slots=True)
class Airport:
    """Where an IATA code is; `country` is the ISO 3166 code."""

    city: str
    country: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Site:
    """A place, named by the lower-case IATA code of its airport."""

    name: str
    city: str
    country: str
    region: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Shape:
    """What one direction of a link does to a packet.

    Args:
        delay_ms: one-way delay.
        jitter_ms: width of the uniform delay added on top, without reordering.
        loss: probability of losing a packet, 0 to 1.
        rate_mbit: rate limit in Mbit/s, None for no limit.
        queue_ms: longest wait for the rate limiter before a packet is dropped.
    """

    delay_ms: float
    jitter_ms: float = 0.0
    loss: float = 0.0
    rate_mbit: float | None = None
    queue_ms: float = 50.0


@dataclass(frozen=True, slots=True)
class WanLink:
    """A wide-area link between two sites; `forward` shapes a to b."""

    a: str
    b: str
    forward: Shape
    backward: Shape
    mtu: int = 1500

    @property
    def rtt_ms(self) -> float:
        """Round-trip time of the link alone."""
        return self.forward.delay_ms + self.backward.delay_ms

    @property
    def a_port(self) -> str:
        """The interface at site `a`, on its router's switch."""
        return f"{self.a}-{self.b}"

    @property
    def b_port(self) -> str:
        """The interface at site `b`."""
        return f"{self.b}-{self.a}"


@dataclass(frozen=True, slots=True)
class ClientNetwork:
    """A network of clients, one /24 and one /56, behind one resolver.

    `resolver` is a resolver's name, or that of an address which several announce.
    """

    name: str
    site: str
    hosts: int
    resolver: str


@dataclass(frozen=True, slots=True)
class Resolver:
    """A recursive resolver, or a forwarder in front of others.

    None leaves the product's default.

    Args:
        ecs: whether it sends client subnets for the world's domain.
        forward_to: the resolvers that it asks instead of recursing.
        min_ttl_s: shortest time that it caches; `max_ttl_s` the longest.
        prefetch: whether it fetches popular names anew before they expire.
        stale_s: how long after its TTL an answer may be given when the authority is
            silent (RFC 8767); 0 for never.
        order: in which order it gives the addresses of an answer.
        choice: which of `forward_to` it asks.
        anycast: the name of the address that it announces beside its own, or "".
        replies_from_own: it answers from its own address whichever was asked, as a
            server does that forgot on which of its addresses the query came.
    """

    name: str
    site: str
    kind: ResolverKind
    ecs: bool = False
    forward_to: tuple[str, ...] = ()
    min_ttl_s: int | None = None
    max_ttl_s: int | None = None
    prefetch: bool | None = None
    stale_s: int | None = None
    order: RecordOrder | None = None
    choice: ServerChoice | None = None
    anycast: str = ""
    replies_from_own: bool = False


@dataclass(frozen=True, slots=True)
class Datacenter:
    """A datacenter: balancers behind ECMP, backends behind the balancers.

    `nameserver` is the product that is authoritative for the zone here, `balancer`
    that of the balancers. With `nameserver_xdp` ours answers in XDP, too. With
    `shared_lan` balancers are in one broadcast domain and subnet with the backends, and
    otherwise in a subnet of their own. `weights` are the backends' in their order, or
    empty: then all are equal.
    """

    site: str
    balancers: int
    backends: int
    capacity_rps: float
    nameserver: NameserverKind = NameserverKind.OURS
    balancer: BalancerKind = BalancerKind.OURS
    shared_lan: bool = False
    nameserver_xdp: bool = False
    weights: tuple[int, ...] = ()

    @property
    def backend_weights(self) -> tuple[int, ...]:
        """The weight of each backend."""
        return self.weights or (1,) * self.backends


@dataclass(frozen=True, slots=True)
class Service:
    """A name that users ask for, served by a VIP in every datacenter.

    `policy` is one of the nameserver's, `balancer.nameserver.policies.spec.Kind`;
    what follows it is the balancers' VIPs', as vip.toml has it.

    Args:
        selection: the method; `slots` is the size of its table, and the rest of what
            it is told is in `selection_options`, by name.
        forwarding: how packets reach the backend, by `balancer.model.Forwarding`.
        second_chance: whether backends hand on what is another's connection.
        too_big: what is done with those that do not fit then.
        mtu: largest packet on the way to the backends, in octets; None is the link's.
        clamp_mss: largest segment that a SYN may offer, in octets; None leaves it.
    """

    name: str
    port: int
    ttl_s: int
    policy: str = "nearest"
    selection: str = "maglev"
    tracking: str = "established"
    forwarding: str = "gre"
    second_chance: bool = False
    too_big: str = "answer"
    mtu: int | None = None
    clamp_mss: int | None = None
    slots: int = 65537
    selection_options: tuple[tuple[str, float | int], ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a world file says, checked and complete."""

    name: str
    description: str
    domain: str
    sites: tuple[Site, ...]
    links: tuple[WanLink, ...]
    client_networks: tuple[ClientNetwork, ...]
    resolvers: tuple[Resolver, ...]
    datacenters: tuple[Datacenter, ...]
    services: tuple[Service, ...]
    nameserver_names: NameserverNames = NameserverNames.SHARED

    def datacenter(self, site: str) -> Datacenter:
        """The datacenter of a site; KeyError when there is none."""
        for it in self.datacenters:
            if it.site == site:
                return it
        raise KeyError(site)

    def resolvers_named(self, name: str) -> tuple[Resolver, ...]:
        """The resolver of that name, or all that announce the address of that name."""
        return tuple(it for it in self.resolvers if name in (it.name, it.anycast))
