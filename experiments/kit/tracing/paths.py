"""The path of a flow, proven from captured packets or refuted by one of them.

Proven means: every request packet went from the client to one balancer, from there
unchanged, in a tunnel or by hardware addresses, to one backend, and every reply packet
went from that backend to the client without being seen at any balancer.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from balancer.model import Address

from ..packets.sighting import Flow, Sighting


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is who: host names by unicast address, and the VIPs.

    Packets for VIPs in `bridged` go on plain, to hardware addresses.
    """

    clients: dict[Address, str]
    balancers: dict[Address, str]
    backends: dict[Address, str]
    vips: frozenset[Address]
    bridged: frozenset[Address] = frozenset()


@dataclass(slots=True)
class Stages:
    """The sightings of one flow, by where on its way each was made."""

    asked: list[Sighting] = field(default_factory=list)  # client sends
    arrived: list[Sighting] = field(default_factory=list)  # balancer gets, plain
    sent_on: list[Sighting] = field(default_factory=list)  # balancer sends, tunnel
    delivered: list[Sighting] = field(default_factory=list)  # backend gets, tunnel
    replied: list[Sighting] = field(default_factory=list)  # backend sends, plain
    received: list[Sighting] = field(default_factory=list)  # client gets
    strays: list[Sighting] = field(default_factory=list)  # a reply at a balancer
    bypasses: list[Sighting] = field(default_factory=list)  # backend gets, plain
    odd: list[Sighting] = field(default_factory=list)  # anything else


@dataclass(frozen=True, slots=True)
class Certificate:
    """What captures prove about one flow.

    `balancer` and `backend` are "" when they are not exactly one. `reason` says why
    the path is not proven, and `counter_example` is the packet that shows it.
    """

    flow: Flow
    client: str
    balancer: str
    backend: str
    stages: Stages
    reason: str = ""
    counter_example: Sighting | None = None

    @property
    def proven(self) -> bool:
        """Whether nothing speaks against the path."""
        return not self.reason


def certify(sightings: Iterable[Sighting], cast: Cast) -> tuple[Certificate, ...]:
    """Return a certificate for every flow between a client and a VIP."""
    flows: dict[Flow, Stages] = {}
    for sighting in sightings:
        flow = _flow_of(sighting, cast)
        if flow is not None:
            _sort_in(flows.setdefault(flow, Stages()), sighting, cast)
    return tuple(_certificate(flow, stages, cast) for flow, stages in flows.items())


def _flow_of(sighting: Sighting, cast: Cast) -> Flow | None:
    for flow in (sighting.flow, sighting.flow.reversed()):
        if flow.destination in cast.vips and flow.source in cast.clients:
            return flow
    return None


def _sort_in(stages: Stages, sighting: Sighting, cast: Cast) -> None:
    _stage(stages, sighting, cast).append(sighting)


def _stage(stages: Stages, sighting: Sighting, cast: Cast) -> list[Sighting]:
    port, to_host = sighting.frame.port, sighting.frame.to_host
    is_request = sighting.flow.destination in cast.vips
    tunnelled = sighting.tunnel is not None
    wrapped = sighting.flow.destination not in cast.bridged
    if port in cast.balancers.values():
        if not is_request:
            return stages.strays
        table = {(True, False): stages.arrived, (False, wrapped): stages.sent_on}
    elif port in cast.backends.values():
        if is_request and to_host:
            return stages.delivered if tunnelled == wrapped else stages.bypasses
        table = {} if is_request else {(False, False): stages.replied}
    elif is_request:
        table = {(False, False): stages.asked}
    else:
        table = {(True, False): stages.received}
    return table.get((to_host, tunnelled), stages.odd)


@dataclass(frozen=True, slots=True)
class _Fault:
    reason: str
    example: Sighting | None = None


def _certificate(flow: Flow, stages: Stages, cast: Cast) -> Certificate:
    fault = next((f for check in CHECKS if (f := check(stages, cast))), None)
    return Certificate(
        flow=flow,
        client=cast.clients[flow.source],
        balancer=_only(_ports(stages.arrived)),
        backend=_only(_ports(stages.delivered)),
        stages=stages,
        reason=fault.reason if fault else "",
        counter_example=fault.example if fault else None,
    )


def _no_stray(stages: Stages, cast: Cast) -> _Fault | None:
    if not stages.strays:
        return None
    return _Fault("a reply packet was at a balancer", stages.strays[0])


def _no_bypass(stages: Stages, cast: Cast) -> _Fault | None:
    if not stages.bypasses:
        return None
    return _Fault("a request reached a backend past the balancer", stages.bypasses[0])


def _nothing_odd(stages: Stages, cast: Cast) -> _Fault | None:
    if not stages.odd:
        return None
    return _Fault("a packet was where none of its flow belongs", stages.odd[0])


def _every_stage(stages: Stages, cast: Cast) -> _Fault | None:
    wanted = {
        "at the client": stages.asked,
        "at a balancer": stages.arrived,
        "behind a balancer": stages.sent_on,
        "at a backend": stages.delivered,
        "from a backend": stages.replied,
        "back at the client": stages.received,
    }
    missing = next((name for name, seen in wanted.items() if not seen), None)
    return _Fault(f"no packet was seen {missing}") if missing else None


def _one_of_each(stages: Stages, cast: Cast) -> _Fault | None:
    for role, seen in (
        ("balancer", [*stages.arrived, *stages.sent_on]),
        ("backend", [*stages.delivered, *stages.replied]),
    ):
        first = seen[0].frame.port
        other = next((s for s in seen if s.frame.port != first), None)
        if other:
            reason = f"two {role}s, {first} and {other.frame.port}, had a part in it"
            return _Fault(reason, other)
    return None


def _right_tunnel(stages: Stages, cast: Cast) -> _Fault | None:
    balancer = stages.arrived[0].frame.port
    backend = stages.delivered[0].frame.port
    for sighting in (*stages.sent_on, *stages.delivered):
        if sighting.tunnel is None:
            continue
        _, source, target = sighting.tunnel
        ends = cast.balancers.get(source), cast.backends.get(target)
        if ends != (balancer, backend):
            reason = f"outer addresses {source} > {target} are not {balancer}'s "
            return _Fault(f"{reason}and {backend}'s", sighting)
    return None


def _unchanged(stages: Stages, cast: Cast) -> _Fault | None:
    """Each packet seen downstream must have been seen upstream, octet for octet."""
    for where, upstream, downstream in (
        ("a balancer got what no client sent", stages.asked, stages.arrived),
        ("a balancer sent on what it did not get", stages.arrived, stages.sent_on),
        ("a balancer did not send on what it got", stages.sent_on, stages.arrived),
        ("a backend got what no balancer sent", stages.sent_on, stages.delivered),
        ("a client got what no backend sent", stages.replied, stages.received),
    ):
        if extra := _first_extra(upstream, downstream):
            return _Fault(where, extra)
    return None


CHECKS: tuple[Callable[[Stages, Cast], _Fault | None], ...] = (
    _no_stray,
    _no_bypass,
    _nothing_odd,
    _every_stage,
    _one_of_each,
    _right_tunnel,
    _unchanged,
)


def _first_extra(
    upstream: Sequence[Sighting], downstream: Sequence[Sighting]
) -> Sighting | None:
    left = Counter(sighting.segment for sighting in upstream)
    for sighting in downstream:
        left[sighting.segment] -= 1
        if left[sighting.segment] < 0:
            return sighting
    return None


def _ports(sightings: Iterable[Sighting]) -> set[str]:
    return {sighting.frame.port for sighting in sightings}


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""
