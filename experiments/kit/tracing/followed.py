"""A fetch with the path that its packets took: one row of numbers for each."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from balancer.model import Address
from topo.world.delay import shortest_paths
from topo.world.plan import Plan, Role
from topo.world.records import Resolver

from ..clients.visits import Visit
from ..names.steering import chain, instances, nearest, wanted
from ..packets.frame import Frame
from ..packets.sighting import Sighting, sightings
from .paths import Cast, Certificate, certify

TCP_HEADER, TCP_OPTIONS, SYN_OPTIONS = 20, 12, 20  # with time stamps
SACK_OPTION = 20  # two blocks: what came twice, and what came out of order
ETHERNET_MTU = 1500
HTTP_HEADER = 300  # ours is a little shorter
IP_HEADER = {4: 20, 6: 40}


@dataclass(frozen=True, slots=True)
class Followed:
    """One fetch, and what the captures say about it.

    Args:
        client: host name; `client_site`, `resolver` and `resolver_site` likewise.
        subnet_sent: whether the authority learns the client's subnet.
        family: 4 or 6; `path`, `status` and `body_length` are of HTTP.
        vip: the address that DNS told; `datacenter` is whose it is.
        wanted: the datacenters that the world's delays call for, joined by "/".
        best: the datacenters nearest to the client itself, joined by "/".
        balancer: and `backend`: the one that handled the flow, or "".
        flow: addresses and ports of the request.
        outer: name, source and destination of its tunnel; "" without one.
        request_packets: as seen at the balancer, with `request_length` IP octets.
        tunnel_length: IP octets from the balancer to the backend.
        reply_packets: as seen from the backend, with `reply_length` IP octets.
        replies_at_balancer: reply packets seen at any balancer.
        bound_length: closed form: request octets with an ACK for every reply packet.
        rtt_asked_ms: between the sites; `rtt_ms` from SYN to SYN-ACK at the client.
        proven: whether the path is; else `reason`, and `counter_example` shows it.
    """

    client: str
    client_site: str
    resolver: str
    resolver_site: str
    subnet_sent: bool
    family: int
    path: str
    status: int
    body_length: int
    vip: str
    datacenter: str
    wanted: str
    best: str
    balancer: str
    backend: str
    flow: str
    outer: str
    request_packets: int
    request_length: int
    tunnel_length: int
    reply_packets: int
    reply_length: int
    replies_at_balancer: int
    bound_length: int
    rtt_asked_ms: float
    rtt_ms: float
    proven: bool
    reason: str
    counter_example: str


def follow(
    plan: Plan, visits: Iterable[Visit], frames: Iterable[Frame]
) -> Iterator[Followed]:
    """Yield a row for every visit, from the frames captured meanwhile."""
    found = certify(sightings(frames), cast_of(plan))
    by_client = {(it.flow.source, it.flow.source_port): it for it in found}
    geography = Geography(plan)
    for visit in visits:
        port = visit.fetched.local_port if visit.fetched else 0
        own = visit.client.address4 if visit.kind == "A" else visit.client.address6
        yield _row(visit, by_client.get((own, port)), geography)


def cast_of(plan: Plan) -> Cast:
    """Return who is who in a plan."""

    def addresses(role: Role) -> dict[Address, str]:
        hosts = [host for host in plan.hosts if host.role is role]
        return {a: host.name for host in hosts for a in (host.address4, host.address6)}

    vips = {
        address: service
        for (service, _), vip in plan.vips.items()
        for address in (vip.address4, vip.address6)
    }
    bridged = {it.name for it in plan.world.services if it.forwarding == "l2"}
    return Cast(
        clients=addresses(Role.CLIENT),
        balancers=addresses(Role.BALANCER),
        backends=addresses(Role.BACKEND),
        vips=frozenset(vips),
        bridged=frozenset(it for it, service in vips.items() if service in bridged),
    )


class Geography:
    """What the plan's world says about places, computed once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rtt_ms = shortest_paths(plan.world)
        self._networks = {it.name: it for it in plan.world.client_networks}
        self._datacenters = {
            address: site
            for (_, site), vip in plan.vips.items()
            for address in (vip.address4, vip.address6)
        }

    def datacenter(self, vip: Address | None) -> str:
        """Return the site whose VIP this is, "" for no address of ours."""
        return self._datacenters.get(vip, "") if vip else ""

    def wanted(self, network: str) -> str:
        """Return where the network's clients should be sent."""
        world = self.plan.world
        return _joined(wanted(world, self._networks[network]))

    def best(self, network: str) -> str:
        """Return where they would be served best."""
        return _joined(nearest(self.plan.world, self._networks[network].site))

    def subnet_sent(self, network: str) -> bool:
        """Whether their resolver tells the authority where they are."""
        resolver = self._networks[network].resolver
        return chain(self.plan.world, resolver).sends_subnet

    def resolver(self, network: str) -> Resolver:
        """Return the resolver that the network's clients reach."""
        return instances(self.plan.world, self._networks[network])[0]


def bound_length(
    family: int, request_length: int, body_length: int, replies: int
) -> int:
    """Return the octets that a fetch sends when every reply packet is acknowledged.

    SYN, ACK and request, then one ACK a packet at most (RFC 9293 3.8.6.3 asks for
    one every second), and FIN with its ACK; IP headers included. What was sent again
    (`replies` beyond the least number) is acknowledged with a SACK option.
    """
    acknowledgement = IP_HEADER[family] + TCP_HEADER + TCP_OPTIONS
    segment = ETHERNET_MTU - acknowledgement
    least = math.ceil((body_length + HTTP_HEADER) / segment)
    again = max(0, replies - least - 2) * (acknowledgement + SACK_OPTION)
    opening = IP_HEADER[family] + TCP_HEADER + SYN_OPTIONS + acknowledgement
    request = acknowledgement + request_length
    return opening + request + (least + 2) * acknowledgement + again


def _row(visit: Visit, proof: Certificate | None, geography: Geography) -> Followed:
    client, fetched = visit.client, visit.fetched
    resolver = geography.resolver(client.network)
    datacenter = geography.datacenter(visit.vip)
    family = 4 if visit.kind == "A" else 6
    stages = proof.stages if proof else None
    arrived = stages.arrived if stages else []
    replied = stages.replied if stages else []
    sent_on = stages.sent_on if stages else []
    body = fetched.body_length if fetched else 0
    wire = len(fetched.request.to_wire()) if fetched else 0
    asked_ms = geography.rtt_ms.get((client.site, datacenter), math.nan)
    return Followed(
        client=client.name,
        client_site=client.site,
        resolver=resolver.name,
        resolver_site=resolver.site,
        subnet_sent=geography.subnet_sent(client.network),
        family=family,
        path=fetched.request.path if fetched else "",
        status=fetched.status if fetched else 0,
        body_length=body,
        vip=str(visit.vip or ""),
        datacenter=datacenter,
        wanted=geography.wanted(client.network),
        best=geography.best(client.network),
        balancer=proof.balancer if proof else "",
        backend=proof.backend if proof else "",
        flow=str(proof.flow) if proof else "",
        outer=_outer(sent_on),
        request_packets=len(arrived),
        request_length=_octets(arrived),
        tunnel_length=_octets(sent_on),
        reply_packets=len(replied),
        reply_length=_octets(replied),
        replies_at_balancer=len(stages.strays) if stages else 0,
        bound_length=bound_length(family, wire, body, len(replied)),
        rtt_asked_ms=asked_ms,
        rtt_ms=_handshake_ms(proof),
        proven=bool(proof and proof.proven),
        reason=_reason(visit, proof),
        counter_example=str(proof.counter_example or "") if proof else "",
    )


def _reason(visit: Visit, proof: Certificate | None) -> str:
    if visit.fetched is None:
        return f"the resolver told no {visit.kind} record"
    if visit.fetched.error:
        return f"{visit.fetched.request.path}: {visit.fetched.error}"
    return proof.reason if proof else "none of its packets was captured"


def _handshake_ms(proof: Certificate | None) -> float:
    """Return the time from the first packet sent to the first received, in ms."""
    if proof is None or not (proof.stages.asked and proof.stages.received):
        return math.nan
    asked, received = proof.stages.asked[0], proof.stages.received[0]
    return (received.frame.time_ns - asked.frame.time_ns) / 1e6


def _outer(sent_on: Sequence[Sighting]) -> str:
    tunnel = sent_on[0].tunnel if sent_on else None
    return str(tunnel or "")


def _octets(seen: Sequence[Sighting]) -> int:
    return sum(sighting.ip_length for sighting in seen)


def _joined(sites: Iterable[str]) -> str:
    return "/".join(sorted(sites))
