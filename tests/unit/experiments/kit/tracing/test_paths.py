"""Certificates of flows: a right one, and one for each way to be wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fakes.captures import FlowScript, in_frame, in_gre, without
from fakes.runs import plan_of

from experiments.kit.packets.frame import Frame
from experiments.kit.packets.sighting import sightings
from experiments.kit.tracing.followed import cast_of
from experiments.kit.tracing.paths import Certificate, certify

PLAN = plan_of("duo")
CLIENT, BALANCER = PLAN.host("fra-home-1"), PLAN.host("fra-lb1")
BACKEND, OTHER = PLAN.host("fra-be1"), PLAN.host("fra-be2")
VIP = PLAN.vip("www", "fra")
LATER = 15_000_000


def script() -> FlowScript:
    return FlowScript(CLIENT, BALANCER, BACKEND, VIP.address4).play()


def certificate(frames: list[Frame]) -> Certificate:
    [only] = certify(sightings(frames), cast_of(PLAN))
    return only


@pytest.mark.parametrize("vip", [VIP.address4, VIP.address6], ids=["IPv4", "IPv6"])
def test_a_faithful_flow_is_proven(vip: object) -> None:
    flow = FlowScript(CLIENT, BALANCER, BACKEND, vip).play()  # type: ignore[arg-type]
    found = certificate(flow.frames)
    assert found.proven
    assert (found.client, found.balancer, found.backend) == (
        CLIENT.name,
        BALANCER.name,
        BACKEND.name,
    )
    assert len(found.stages.arrived) == flow.requests
    assert len(found.stages.replied) == flow.replies
    assert found.counter_example is None


def test_each_flow_has_its_own_certificate() -> None:
    one = FlowScript(CLIENT, BALANCER, BACKEND, VIP.address4, 40001).play()
    two = FlowScript(CLIENT, BALANCER, OTHER, VIP.address4, 40002).play()
    found = certify(sightings([*one.frames, *two.frames]), cast_of(PLAN))
    assert {it.backend for it in found} == {BACKEND.name, OTHER.name}
    assert all(it.proven for it in found)


def test_other_traffic_is_nobodys_flow() -> None:
    packet = in_gre(script().request(0), BALANCER, BACKEND)
    health = in_frame(packet[:20] + packet[44:], BALANCER.name, False)
    assert certify(sightings([health]), cast_of(PLAN)) == ()


def plain(flow: FlowScript) -> list[Frame]:
    """Return a flow that goes on as it came."""
    tunnelled = {in_gre(flow.request(k), BALANCER, BACKEND): k for k in range(4)}
    octets = {it: flow.request(k) for it, k in tunnelled.items()}
    return [
        in_frame(octets[inner], it.port, it.to_host, it.time_ns)
        if (inner := it.data[14:]) in octets
        else it
        for it in flow.frames
    ]


def test_a_flow_by_hardware_addresses_is_proven_where_that_is_the_way() -> None:
    cast = replace(cast_of(PLAN), bridged=frozenset((VIP.address4,)))
    [found] = certify(sightings(plain(script())), cast)
    assert found.proven
    [tunnelled] = certify(sightings(script().frames), cast)
    assert not tunnelled.proven
    assert certificate(plain(script())).reason == (
        "a request reached a backend past the balancer"
    )


def test_a_world_says_which_way_is_by_hardware_addresses() -> None:
    plan = plan_of("forwarding")
    bridged = cast_of(plan).bridged
    vips = [vip for (name, _), vip in plan.vips.items() if name == "l2"]
    assert bridged == {it for vip in vips for it in (vip.address4, vip.address6)}


def reply_at_balancer(flow: FlowScript) -> None:
    flow.see(flow.reply(1), BALANCER, True, LATER)


def reply_in_tunnel(flow: FlowScript) -> None:
    flow.see(in_gre(flow.reply(1), BACKEND, BALANCER), BALANCER, True, LATER)


def plain_at_backend(flow: FlowScript) -> None:
    flow.see(flow.request(1), BACKEND, True, LATER)


def plain_behind_balancer(flow: FlowScript) -> None:
    flow.see(flow.request(1), BALANCER, False, LATER)


def two_backends(flow: FlowScript) -> None:
    outer = in_gre(flow.request(1), BALANCER, OTHER)
    flow.see(outer, BALANCER, False, LATER)
    flow.see(outer, OTHER, True, LATER)


def two_balancers(flow: FlowScript) -> None:
    other = PLAN.host("fra-lb2")
    flow.see(flow.request(1), other, True, LATER)
    flow.see(in_gre(flow.request(1), other, BACKEND), other, False, LATER)


def wrong_outer_source(flow: FlowScript) -> None:
    other = PLAN.host("fra-lb2")
    flow.see(in_gre(flow.request(1), other, BACKEND), BALANCER, False, LATER)


def changed_segment(flow: FlowScript) -> None:
    flow.see(in_gre(flow.request(99), BALANCER, BACKEND), BALANCER, False, LATER)


def swallowed(flow: FlowScript) -> None:
    flow.see(flow.request(99), CLIENT, False, LATER)
    flow.see(flow.request(99), BALANCER, True, LATER)


def forged_reply(flow: FlowScript) -> None:
    flow.see(flow.reply(99), CLIENT, True, LATER)


@pytest.mark.parametrize(
    ("damage", "reason", "port"),
    [
        pytest.param(reply_at_balancer, "a reply packet was at", BALANCER, id="reply"),
        pytest.param(reply_in_tunnel, "a reply packet was at", BALANCER, id="tunnel"),
        pytest.param(plain_at_backend, "past the balancer", BACKEND, id="bypass"),
        pytest.param(plain_behind_balancer, "none of its flow", BALANCER, id="odd"),
        pytest.param(two_backends, "two backends, fra-be1 and", OTHER, id="backends"),
        pytest.param(
            two_balancers,
            "two balancers, fra-lb1 and",
            PLAN.host("fra-lb2"),
            id="balancers",
        ),
        pytest.param(
            wrong_outer_source, "outer addresses 11.1.8.11 >", BALANCER, id="outer"
        ),
        pytest.param(
            changed_segment, "sent on what it did not", BALANCER, id="changed"
        ),
        pytest.param(swallowed, "did not send on what", BALANCER, id="swallowed"),
        pytest.param(forged_reply, "got what no backend", CLIENT, id="forged"),
    ],
)
def test_a_wrong_packet_refutes_it_and_is_shown(
    damage: Callable[[FlowScript], None], reason: str, port: object
) -> None:
    flow = script()
    before = len(flow.frames)
    damage(flow)
    found = certificate(flow.frames)
    assert not found.proven
    assert reason in found.reason
    assert found.counter_example is not None
    assert found.counter_example.frame in flow.frames[before:]
    assert found.counter_example.frame.port == port.name  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("host", "to_host", "reason"),
    [
        pytest.param(CLIENT, False, "at the client", id="asked"),
        pytest.param(BALANCER, True, "at a balancer", id="arrived"),
        pytest.param(BALANCER, False, "behind a balancer", id="sent on"),
        pytest.param(BACKEND, True, "at a backend", id="delivered"),
        pytest.param(BACKEND, False, "from a backend", id="replied"),
        pytest.param(CLIENT, True, "back at the client", id="received"),
    ],
)
def test_what_was_not_seen_is_not_proven(
    host: object, to_host: bool, reason: str
) -> None:
    name = host.name  # type: ignore[attr-defined]
    found = certificate(list(without(script().frames, name, to_host)))
    assert found.reason == f"no packet was seen {reason}"
