"""Why an authoritative server of ours answers as it does, by its own code and files."""

from dataclasses import dataclass
from ipaddress import ip_network
from math import inf

from balancer.errors import ConfigError
from balancer.nameserver.content.content import Content
from balancer.nameserver.loading.guidance import read_steering
from balancer.nameserver.policies.asker import Asker, ClientAddress
from balancer.nameserver.policies.spec import Spec
from balancer.nameserver.policies.steering import NOTHING_KNOWN, SiteState, SteeringMap
from balancer.nameserver.zones.resolve import resolve
from balancer.nameserver.zones.steered import Steered
from balancer.nameserver.zones.zone import Zones
from balancer.wire.dns.codes import Class, Type
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question


@dataclass(frozen=True, slots=True)
class Score:
    """A candidate of a policy.

    Args:
        site: its name.
        distance_ms: from what was placed; None where nothing is known of places.
        weight: its share, of the policies that go by weight.
        load: in the steering map; `capacity` likewise, None without a bound.
        state: "", or "down" or "drained".
        usable: whether it may be answered.
        chosen: whether it is, or, of several, may be.
    """

    site: str
    distance_ms: float | None
    weight: float
    load: float
    capacity: float | None
    state: str
    usable: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Reasons:
    """How a policy came to its answer.

    Args:
        policy: its name; "records" where the name has records and no policy.
        by: "client" or "resolver": whose place counted.
        address: the network or address that was placed, at `location`.
        scores: of the candidates, in the order of the file.
        scope_length: of the client's address, on which the answer holds.
        steering_version: of the steering map in force; 0 for none.
    """

    policy: str
    by: str = ""
    address: str = ""
    location: str = ""
    scores: tuple[Score, ...] = ()
    scope_length: int = 0
    steering_version: int = 0


def reasons(
    content: Content, question: tuple[str, str], asker: tuple[str, str]
) -> Reasons:
    """Return why the server with this content answers so, now.

    Args:
        content: of its dns.toml; the steering map is read from where that says.
        question: name and type.
        asker: the resolver's address, and the client subnet that it sent, or "".
    """
    steering = _steering(content)
    if content.guide is not None:
        content.guide.settle(steering, lambda: 0.0)
    steered = _steered(content, question, _asker(*asker))
    if steered is None:
        return Reasons("records")
    return _reasons(content, steered, asker, steering)


def _steering(content: Content) -> SteeringMap:
    path = content.guide.steering if content.guide else None
    if path is None or not path.exists():
        return NOTHING_KNOWN
    try:
        return read_steering(path)
    except ConfigError:
        return NOTHING_KNOWN  # The server, too, goes on without a map that is wrong.


def _asker(resolver: str, subnet: str) -> Asker:
    placed = ClientAddress.from_text(resolver)
    if not subnet or ip_network(subnet, strict=False).prefixlen == 0:
        return Asker(placed, placed)
    network = ip_network(subnet, strict=False)
    return Asker(ClientAddress.from_text(str(network.network_address)), placed)


def _steered(
    content: Content, question: tuple[str, str], asker: Asker
) -> Steered | None:
    name, kind = question
    asked = Question(name_from_text(name), Type[kind], Class.IN)
    zones = Zones(content.zones)
    matter = resolve(zones, asked, lambda: asker).matter
    node = matter.node if matter else None
    records = node.find(asked.type) if node else None
    if isinstance(records, Steered):
        return records
    zone = zones.find(asked.name.lower())
    node = zone.find(asked.name.lower()) if zone else None
    return node.steered_alias_for(asked.type) if node else None


def _reasons(
    content: Content, steered: Steered, asked: tuple[str, str], steering: SteeringMap
) -> Reasons:
    spec, policy = steered.seat.spec, steered.seat.policy
    asker = _asker(*asked)
    choice = policy.choose(asker)
    by_resolver = policy.by_resolver or not asked[1]
    placed = asker.resolver if by_resolver else asker.client
    location, distances = _place(content, spec, placed)
    lot = policy.lots[choice.lot]
    chosen = {place for arrangement in lot.arrangements for place in arrangement}
    return Reasons(
        policy=spec.kind.value,
        by="resolver" if by_resolver else "client",
        address=asked[0] if by_resolver else asked[1],
        location=location,
        scores=tuple(_scores(spec, distances, chosen, steering)),
        scope_length=choice.scope_prefix_length,
        steering_version=steering.version,
    )


def _place(
    content: Content, spec: Spec, placed: ClientAddress
) -> tuple[str, list[float]]:
    """Return the location of an address, and how far each candidate is from there."""
    if content.guide is None:
        return "", [inf] * len(spec.sites)
    geography = content.guide.geography
    number, _ = geography.regions[placed.version].lookup(placed.value)
    distances = geography.distances_ms(spec.sites)[number]
    return geography.locations[number], list(distances)


def _scores(
    spec: Spec, distances: list[float], chosen: set[int], steering: SteeringMap
) -> list[Score]:
    usable = steering.usable(spec.sites)
    found, first = [], 0
    for candidate, distance in zip(spec.candidates, distances, strict=True):
        own = range(first, first + candidate.addresses)
        first += candidate.addresses
        site = steering.state(candidate.site)
        found.append(
            Score(
                site=candidate.site,
                distance_ms=None if distance == inf else round(distance, 3),
                weight=candidate.weight,
                load=site.load,
                capacity=None if site.capacity == inf else site.capacity,
                state=_state(site),
                usable=candidate.site in usable,
                chosen=not chosen.isdisjoint(own),
            )
        )
    return found


def _state(it: SiteState) -> str:
    if not it.healthy:
        return "down"
    return "drained" if it.drained else ""
