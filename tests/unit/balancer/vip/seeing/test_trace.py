"""Flows as text, and what a trace says of them."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import ConfigError
from balancer.model import (
    Backend,
    FiveTuple,
    Forwarding,
    Handling,
    Pool,
    Protocol,
    Tracking,
    Vip,
)
from balancer.vip.decision.choose import Context
from balancer.vip.decision.state import State
from balancer.vip.nat.connection import Seen
from balancer.vip.pools.health import Thresholds
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.plan import Plan, PoolPlan, Selection, VipPlan
from balancer.vip.pools.roster import Roster
from balancer.vip.seeing.flow_text import flow_text, parse_flow_text
from balancer.vip.seeing.trace import Trace, names_of, trace
from balancer.vip.tables.options import Limits, Options
from balancer.vip.xdp.about import About

FLOW = FiveTuple(4, 0x0B01100A, 0x17000150, 6, 40000, 80)
NOW_S = 1000.0


@pytest.mark.parametrize(
    "text",
    [
        "tcp 11.1.16.10:40000 > 23.0.1.80:80",
        "11.1.16.10:40000 23.0.1.80:80",
        "TCP,11.1.16.10:40000,23.0.1.80:80",
        "tcp 11.1.16.10:40000->23.0.1.80:80",
    ],
)
def test_ways_to_write_a_flow(text: str) -> None:
    assert parse_flow_text(text) == FLOW


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tcp",
        "11.1.16.10:40000",
        "11.1.16.10 23.0.1.80",
        "11.1.16.10:40000 23.0.1.80:80 more",
        "11.1.16.10:65536 23.0.1.80:80",
        "11.1.16.10:" + "1" * 5000 + " 23.0.1.80:80",
        "11.1.16.256:1 23.0.1.80:80",
        "[2a11::10]:1 23.0.1.80:80",
        "2a11::10:1 2a23::80:80",
        "icmp 11.1.16.10:0 23.0.1.80:0",
    ],
)
def test_what_is_no_flow(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_flow_text(text)


PORTS = st.integers(0, 65535)
FLOWS = st.one_of(
    st.builds(
        FiveTuple,
        st.just(version),
        st.integers(0, 2**bits - 1),
        st.integers(0, 2**bits - 1),
        st.sampled_from(Protocol),
        PORTS,
        PORTS,
    )
    for version, bits in ((4, 32), (6, 128))
)


@given(FLOWS)
def test_text_and_back(flow: FiveTuple) -> None:
    assert parse_flow_text(flow_text(flow)) == flow


@given(st.text())
def test_any_text_is_a_flow_or_told(text: str) -> None:
    try:
        parse_flow_text(text)
    except ConfigError as error:
        assert str(error)


OPTIONS = Options(IPv4Address("11.1.8.10"), 1500, bytes(6), bytes(6))
POOL = Pool(
    "www", tuple(Backend(n, IPv4Address(f"11.1.1.{i}")) for i, n in enumerate("ab"))
)
VIP = Vip("www", IPv4Address("23.0.1.80"), 80, Protocol.TCP, "www")
PLAN = Plan(
    OPTIONS, (PoolPlan(POOL, Thresholds(1, 1)),), (VipPlan(VIP, Selection(slots=1009)),)
)


def told(roster: Roster, tracked: int | None = None, flow: FiveTuple = FLOW) -> Trace:
    state = State(Limits())
    if tracked is not None:
        state.flows.insert(flow, tracked, NOW_S)
    names = names_of(About("", roster.remember(), (1009,)))
    return trace(flow, Context(roster.tables, state, NOW_S), names, idle_s=2.0)


def test_a_flow_that_is_not_known() -> None:
    it = told(Roster(PLAN, Memory(), NOW_S))
    assert it.reason == "INSERTED"
    assert it.backend == it.slot_backend != ""
    assert (it.pool, it.selection, it.slots) == ("www", "maglev/1009", 1009)
    assert it.tracked is None


def test_a_flow_of_a_drained_backend() -> None:
    roster = Roster(PLAN, Memory(), NOW_S)
    owner = told(roster).backend
    roster.note("www", "a", "", True)
    roster.note("www", "b", "", True)
    roster.set_weight(owner, 0)
    roster.update(NOW_S)
    it = told(roster, roster.backend_number("www", owner))
    assert (it.reason, it.backend) == ("TRACKED", owner)
    assert it.slot_backend not in ("", owner)
    assert it.tracked is not None
    assert any("idle for 2.0 s" in line for line in it.lines())


def test_a_flow_that_is_translated_and_its_answers() -> None:
    handling = replace(VIP.handling, forwarding=Forwarding.NAT)
    options = replace(OPTIONS, forwardings=frozenset({Forwarding.NAT}))
    vip = VipPlan(replace(VIP, handling=handling), Selection(slots=1009))
    roster = Roster(replace(PLAN, options=options, vips=(vip,)), Memory(), NOW_S)
    names = names_of(About("", roster.remember(), (1009,)))
    context = Context(roster.tables, State(Limits()), NOW_S)
    first = trace(FLOW, context, names)
    assert first.translated is not None
    assert (first.translated.state, first.forwarding) == ("new", "nat")
    (answer,) = context.state.translations
    back = trace(answer, replace(context, now_s=NOW_S + 2), names)
    assert (back.reason, back.backend) == ("RETURNED", first.backend)
    assert back.lines()[1].endswith(", half open, idle for 2.0 s")
    context.state.translations.note(answer, Seen.ANSWERED | Seen.OPEN, NOW_S)
    again = trace(FLOW, replace(context, now_s=NOW_S + 1), names)
    assert again.translated == replace(first.translated, state="open", idle_s=1.0)


def test_a_second_chance_is_told() -> None:
    vip = replace(VIP, handling=Handling(Tracking.OFF, forwarding=Forwarding.GRE_KEY))
    plan = replace(PLAN, vips=(VipPlan(vip, Selection(slots=1009)),))
    roster = Roster(plan, Memory(), NOW_S)
    roster.note("www", "a", "", True)
    roster.note("www", "b", "", True)
    owner = told(roster).backend
    roster.set_weight(owner, 0)
    roster.update(NOW_S)
    it = told(roster)
    assert it.backend not in ("", owner)
    assert (it.previous_backend, it.second_backend) == (owner, owner)
    assert f"else     {owner}, whose connection it may be" in it.lines()


@pytest.mark.parametrize(
    ("flow", "reason"),
    [
        (FLOW._replace(destination_port=443), "OTHER_PORT"),
        (FLOW._replace(destination=1), "NOT_A_VIP"),
    ],
)
def test_a_flow_that_is_not_balanced(flow: FiveTuple, reason: str) -> None:
    it = told(Roster(PLAN, Memory(), NOW_S), flow=flow)
    assert (it.reason, it.backend) == (reason, "")
    assert len(it.lines()) == 1
