"""From connections to rows, and where flows were seen."""

import pytest
from fakes.captures import FlowScript
from fakes.runs import plan_of
from fakes.survivals import connection, faithful, scene

from experiments.kit.packets.sighting import Flow
from experiments.kit.survival.connections import Connection
from experiments.kit.survival.event import EVENTS, OVERFLOW, Event
from experiments.kit.survival.tally import Scene, seen_at, tally
from topo.world.plan import Role

BY_NAME = {event.name: event for event in EVENTS}
FULL = BY_NAME[OVERFLOW]
BOTH = BY_NAME["both removed"]


def of(event: Event, tracking: str = "all") -> tuple[Scene, list[Connection]]:
    found = scene("modulo", event)
    return found, faithful(found, tracking, iter(range(40000, 40100)))


def test_a_row_counts_what_happened() -> None:
    found, some = of(BOTH)
    row = tally(found, "all", [*some, connection("all", 40100, "", "")])
    assert (row.connections, row.unopened, row.backends) == (100, 1, 6)
    assert row.broken == row.forecast
    assert row.unlike == row.silent == row.strays == 0
    assert row.due == row.own == sum(it.opened == "be3" for it in some)
    assert row.moved == sum(it.flow.source_port % 3 == 1 for it in some)


def survivor(some: list[Connection]) -> Connection:
    return next(it for it in some if it.answered)


def test_a_survivor_that_breaks_is_unlike() -> None:
    found, some = of(BOTH)
    survivor(some).answered = ""
    assert tally(found, "all", some).unlike == 1


def test_a_beginning_elsewhere_is_unlike() -> None:
    found, some = of(BOTH)
    one = survivor(some)
    one.opened = one.answered = "be1" if one.opened != "be1" else "be2"
    assert tally(found, "all", some).unlike == 1


@pytest.mark.parametrize(("event", "unlike"), [(BOTH, 1), (FULL, 0)])
def test_a_full_table_may_still_know_a_flow(event: Event, unlike: int) -> None:
    found, some = of(event)
    one = next(it for it in some if not it.answered and it.opened != "be3")
    one.answered = one.opened
    row = tally(found, "all", some)
    assert (row.unlike, row.forecast) == (unlike, row.broken + 1)


def test_who_leaves_a_balancer_that_stays_is_a_stray() -> None:
    found, some = of(BOTH)
    port = next(it.flow.source_port for it in some if it.flow.source_port % 3 == 0)
    one = next(it for it in some if it.flow.source_port == port)
    assert found.after[one.flow] == "lb1"
    assert isinstance(found.after, dict)
    found.after[one.flow] = "lb3"
    assert tally(found, "all", some).strays == 1


def test_what_follows_flows_has_no_forecast() -> None:
    found = scene("least_loaded", BOTH)
    some = [connection("off", port, "be1", "") for port in range(40000, 40010)]
    row = tally(found, "off", some)
    assert (row.forecast, row.unlike, row.broken) == (None, 0, 10)


def test_a_flow_is_where_its_packets_arrive() -> None:
    plan = plan_of("survival")
    client = next(it for it in plan.hosts if it.role is Role.CLIENT)
    balancer = plan.hosts_at("fra", Role.BALANCER)[1]
    backend = plan.hosts_at("fra", Role.BACKEND)[0]
    vip = plan.vip("off", "fra").address4
    played = FlowScript(client, balancer, backend, vip, 40000).play().frames
    seen = seen_at(frame for frame in played if frame.port == balancer.name)
    assert seen == {Flow(client.address4, vip, 40000, 80): balancer.name}
