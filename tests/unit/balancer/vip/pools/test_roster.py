"""Who serves, from checks, weights and time to tables."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from balancer.errors import ConfigError
from balancer.model import Backend, Pool, Protocol, Vip
from balancer.vip.pools.health import Thresholds
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.pace import NEVER_S, SlowStart
from balancer.vip.pools.plan import AllDown, Plan, PoolPlan, Selection, VipPlan
from balancer.vip.pools.roster import Roster
from balancer.vip.tables.options import Options
from balancer.vip.tables.tables import ANY, Tables, VipKey

OPTIONS = Options(IPv4Address("11.1.8.10"), 1500, bytes(6), bytes(6))
ONE_IS_ENOUGH = Thresholds(rise=1, fall=1)
SLOTS = 1009
RAMP = SlowStart(duration_s=6.0, steps=4)


def backend(name: str, number: int, weight: int = 1) -> Backend:
    return Backend(name, IPv4Address(f"11.1.1.{number}"), weight)


A, NEW = backend("a", 1), backend("new", 4)
B, DRAINED = backend("b", 2, weight=3), backend("drained", 3, weight=0)
OTHER = PoolPlan(Pool("other", (backend("x", 9),)), ONE_IS_ENOUGH)
WWW = PoolPlan(Pool("www", (A, B, DRAINED)), ONE_IS_ENOUGH)


def vip(last: int, pool: str, method: str = "maglev") -> VipPlan:
    address = IPv4Address(f"23.0.1.{last}")
    selection = Selection(method, slots=SLOTS)
    return VipPlan(Vip(pool, address, 80, Protocol.TCP, pool), selection)


PASTS = {"before": (DRAINED, B, A), "now": (NEW, A, B)}
VIPS = (vip(79, "other"), vip(80, "www"))
PLAN = Plan(OPTIONS, (OTHER, WWW), VIPS)


def plan_of(www: PoolPlan) -> Plan:
    return Plan(OPTIONS, (OTHER, www), VIPS)


def members(*backends: Backend) -> Plan:
    return plan_of(replace(WWW, pool=Pool("www", backends)))


def check(roster: Roster, now_s: float = 0.0, **results: bool) -> Tables:
    for name, passed in results.items():
        roster.note("www", name, "", passed)
    return roster.update(now_s)


def owners(roster: Roster) -> set[str]:
    names = {roster.backend_number(p, n): n for p, n, _ in roster.each()}
    return {names[n] for n in roster.tables.slots[1] if n in names}


def usable(roster: Roster) -> set[str]:
    backends = roster.tables.backends
    each = ((n, roster.backend_number(p, n)) for p, n, _ in roster.each() if p == "www")
    return {name for name, number in each if backends[number].usable}


def share_of(roster: Roster, name: str) -> float:
    number = roster.backend_number("www", name)
    return roster.tables.slots[1].count(number) / SLOTS


@pytest.fixture
def roster() -> Roster:
    return Roster(PLAN, Memory(), 0.0)


@pytest.fixture
def serving(roster: Roster) -> Roster:
    roster.note("other", "x", "", True)
    check(roster, a=True, b=True, drained=True)
    return roster


def test_everyone_serves_before_the_first_check(roster: Roster) -> None:
    assert owners(roster) == {"a", "b"}
    assert usable(roster) == {"a", "b", "drained"}
    assert not roster.is_complete()


def test_a_dead_backend_has_no_slot_and_no_flows(roster: Roster) -> None:
    check(roster, a=True, b=False, drained=True)
    assert owners(roster) == {"a"}
    assert usable(roster) == {"a", "drained"}
    assert roster.alive() == {("www", "a"), ("www", "drained")}


def test_nobody_stops_before_a_check_said_so(roster: Roster) -> None:
    check(roster, a=True)
    assert owners(roster) == {"a", "b"}
    assert check(roster, b=True, drained=True).slots == roster.tables.slots


def test_who_was_not_checked_counts_as_somebody_who_can(roster: Roster) -> None:
    check(roster, a=False)
    assert owners(roster) == {"b"}


def test_a_backend_that_is_added_serves_once_it_was_checked(serving: Roster) -> None:
    changed = serving.replanned(members(A, B, NEW), 1.0)
    changed.update(1.0)
    assert owners(changed) == {"a", "b"}
    check(changed, 1.0, new=True)
    assert owners(changed) == {"a", "b", "new"}


def test_a_drained_backend_keeps_its_flows_and_has_no_slot(serving: Roster) -> None:
    assert owners(serving) == {"a", "b"}
    assert "drained" in usable(serving)


@pytest.mark.parametrize("drained", [True, False], ids=["drained alive", "all dead"])
def test_the_last_set_serves_when_nobody_can(serving: Roster, drained: bool) -> None:
    check(serving, b=False)
    check(serving, a=False, drained=drained)
    assert owners(serving) == {"a"}
    assert usable(serving) == {"a", "drained"}


@pytest.mark.parametrize(
    ("after_s", "expected"),
    [pytest.param(1.9, {"a", "b"}, id="together"), pytest.param(2, {"b"}, id="alone")],
)
def test_who_fell_in_the_last_round_serves_when_nobody_can(
    after_s: float, expected: set[str]
) -> None:
    roster = Roster(plan_of(replace(WWW, round_s=2.0)), Memory(), 0.0)
    check(roster, a=True, b=True, drained=True)
    check(roster, 10.0, a=False)
    assert owners(roster) == {"b"}
    roster = roster.replanned(roster.plan, 10.0)
    check(roster, 10.0 + after_s, b=False)
    check(roster, 99.0, drained=False)
    assert owners(roster) == expected


def all_down() -> Roster:
    two_each = replace(WWW, thresholds=Thresholds(rise=2, fall=2))
    roster = Roster(plan_of(two_each), Memory(), 0.0)
    for _ in range(2):
        check(roster, a=False, b=False, drained=False)
    assert owners(roster) == {"a", "b"}
    assert roster.alive() == set()
    return roster


def test_the_first_to_come_back_leaves_the_others_their_flows() -> None:
    roster = all_down()
    check(roster, a=True)
    check(roster, a=True)
    check(roster, b=False, drained=False)
    assert owners(roster) == {"a", "b"}
    assert usable(roster) == {"a", "b", "drained"}
    assert roster.alive() == {("www", "a")}
    check(roster, b=False, drained=False)
    assert owners(roster) == usable(roster) == {"a"}


def test_one_pass_brings_back_who_fell_with_all_others() -> None:
    roster = all_down()
    check(roster, a=True)
    check(roster, a=True)
    check(roster, b=True)
    assert roster.alive() == {("www", "a"), ("www", "b")}


def test_nobody_serves_where_that_is_the_choice() -> None:
    roster = Roster(plan_of(replace(WWW, all_down=AllDown.DROP)), Memory(), 0.0)
    check(roster, a=False, b=False, drained=True)
    assert owners(roster) == set()
    assert usable(roster) == {"drained"}


def test_who_comes_back_serves_again(roster: Roster) -> None:
    check(roster, a=False, b=True, drained=True)
    check(roster, a=True)
    assert owners(roster) == {"a", "b"}


def test_other_pools_stay_as_they_are(serving: Roster) -> None:
    before = serving.tables.slots[0]
    assert check(serving, a=False).slots[0] is before


def test_the_first_round_ends_with_the_last_backend(roster: Roster) -> None:
    check(roster, a=True, b=True, drained=True)
    assert not roster.is_complete()
    assert roster.note("other", "x", "", True)
    assert roster.is_complete()
    assert not roster.note("other", "x", "", True)


def test_a_check_of_nobody_changes_nothing(roster: Roster) -> None:
    assert not roster.note("www", "removed", "", False)
    assert not roster.note("removed", "a", "", False)
    assert not roster.note("www", "a", "another check", False)


def test_all_checks_of_a_backend_count() -> None:
    both = replace(WWW, aspects=("23.0.1.80", "2a23::80"))
    roster = Roster(plan_of(both), Memory(), 0.0)
    assert not roster.note("www", "a", "23.0.1.80", True)
    assert roster.note("www", "a", "2a23::80", True)
    assert roster.note("www", "a", "23.0.1.80", False)
    assert roster.alive() == set()


def test_weights_are_shares_of_slots(serving: Roster) -> None:
    assert share_of(serving, "b") == pytest.approx(0.75, abs=0.01)


def test_a_drain_by_hand_and_back(serving: Roster) -> None:
    serving.set_weight("b", 0)
    serving.update(1.0)
    assert owners(serving) == {"a"}
    assert "b" in usable(serving)
    serving.set_weight("b", None)
    serving.update(2.0)
    assert share_of(serving, "b") == pytest.approx(0.75, abs=0.01)


def test_a_weight_for_nobody_is_told(serving: Roster) -> None:
    with pytest.raises(ConfigError, match=r"'draind' \(did you mean \"drained\"\?\)"):
        serving.set_weight("draind", 0)
    with pytest.raises(ConfigError, match="in pool 'other'"):
        serving.set_weight("a", 0, "other")


def test_numbers_stay_when_others_go_and_come(serving: Roster) -> None:
    before = {n: serving.backend_number(p, n) for p, n, _ in serving.each()}
    changed = serving.replanned(members(NEW, B), 1.0)
    changed.update(1.0)
    assert changed.backend_number("www", "b") == before["b"]
    assert changed.backend_number("www", "new") not in before.values()
    assert changed.tables.backends[before["a"]].usable is False
    assert owners(changed) == {"b"}  # nobody has checked the new one
    assert owners(serving) == {"a", "b"}


def test_who_moves_to_another_address_is_another(serving: Roster) -> None:
    moved = replace(A, address=IPv4Address("11.1.1.77"))
    changed = serving.replanned(members(moved, B), 1.0)
    assert changed.backend_number("www", "a") != serving.backend_number("www", "a")
    assert ("www", "a") not in changed.alive()


def test_a_pool_that_is_new_serves_before_its_first_check(serving: Roster) -> None:
    pool = PoolPlan(Pool("more", (NEW,)), ONE_IS_ENOUGH)
    plan = Plan(OPTIONS, (OTHER, WWW, pool), (*VIPS, vip(81, "more")))
    changed = serving.replanned(plan, 1.0)
    tables = changed.update(1.0)
    assert set(tables.slots[2]) == {changed.backend_number("more", "new")}
    assert tables.slots[:2] == serving.tables.slots


def test_slots_of_a_table_that_is_gone_stay_and_lead_nowhere(serving: Roster) -> None:
    changed = serving.replanned(Plan(OPTIONS, (WWW,), VIPS[1:]), 1.0)
    tables = changed.update(1.0)
    assert tables.slots[0] is serving.tables.slots[0]
    assert {entry.pool for entry in tables.vips.values()} == {1}
    assert len(changed.renumbered(1.0).tables.slots) == 1


METHODS = ("maglev", "ring", "rendezvous", "jump", "bounded")


@pytest.mark.parametrize("method", METHODS)
def test_balancers_with_other_pasts_agree(method: str) -> None:
    """Numbers differ, names do not: ECMP may send a flow to either."""
    vips = (vip(80, "www", method),)
    pools = {n: PoolPlan(Pool("www", b), ONE_IS_ENOUGH) for n, b in PASTS.items()}
    now = Plan(OPTIONS, (pools["now"],), vips)
    old = Roster(Plan(OPTIONS, (pools["before"],), vips), Memory(), 0.0)
    old = old.replanned(now, 1.0)
    new = Roster(now, Memory(), 1.0)
    owners_of = []
    for roster in (old, new):
        check(roster, 1.0, a=True, b=True, new=True)
        names = {roster.backend_number("www", n): n for _, n, _ in roster.each()}
        owners_of.append([names[number] for number in roster.tables.slots[0]])
    assert owners_of[0] == owners_of[1]
    assert old.backend_number("www", "new") != new.backend_number("www", "new")


def test_vips_that_select_alike_share_a_table() -> None:
    vips = (vip(80, "www"), vip(81, "www"), vip(82, "www", "rendezvous"))
    roster = Roster(Plan(OPTIONS, (WWW,), vips), Memory(), 0.0)
    assert [roster.table_number(each) for each in vips] == [0, 0, 1]
    assert roster.tables.slots[0] != roster.tables.slots[1]


def test_a_weight_by_hand_outlives_a_reload_and_a_restart(serving: Roster) -> None:
    serving.set_weight("b", 0)
    serving.update(0.0)
    changed = serving.replanned(members(A, B, NEW), 1.0)
    changed.update(1.0)
    assert owners(changed) == {"a"}
    restarted = Roster(PLAN, Memory.from_json(changed.remember().to_json()), 0.0)
    assert owners(restarted) == {"a"}


def test_after_a_restart_the_dead_stay_dead(serving: Roster) -> None:
    check(serving, a=False)
    memory = Memory.from_json(serving.remember().to_json())
    restarted = Roster(PLAN, memory, 0.0, serving.tables)
    assert owners(restarted) == {"b"}
    assert restarted.tables.slots == serving.tables.slots
    assert not restarted.is_complete()


def test_an_address_is_a_vips_at_any_port_and_in_fragments(roster: Roster) -> None:
    address = int(VIPS[1].vip.address)
    assert {key for key in roster.tables.vips if key.address == address} == {
        VipKey(4, address, Protocol.TCP, 80),
        VipKey(4, address, Protocol.TCP, ANY),
        VipKey(4, address, ANY, ANY),
    }


def ramped() -> Roster:
    roster = Roster(plan_of(replace(WWW, slow_start=RAMP)), Memory(), 0.0)
    check(roster, a=True, b=True, drained=True)
    return roster


def test_who_served_from_the_start_has_no_slow_start() -> None:
    assert ramped().next_s(0.0) == NEVER_S


@pytest.mark.parametrize(
    ("since_s", "weight"),
    [(0.0, 0.75), (1.9, 0.75), (2.0, 1.5), (4.0, 2.25), (6.0, 3.0), (99.0, 3.0)],
)
def test_who_comes_back_comes_slowly(since_s: float, weight: float) -> None:
    roster = ramped()
    check(roster, 10.0, b=False)
    check(roster, 20.0, b=True)
    roster.update(20.0 + since_s)
    assert roster.weight_of("www", "b", 20.0 + since_s) == weight
    assert share_of(roster, "b") == pytest.approx(weight / (weight + 1), abs=0.01)


def test_who_comes_alone_comes_at_once() -> None:
    roster = ramped()
    check(roster, 10.0, b=False)
    roster.set_weight("a", 0)
    check(roster, 20.0, b=True)
    assert roster.weight_of("www", "b", 20.0) == 3


def test_a_drain_taken_back_starts_slowly() -> None:
    roster = ramped()
    roster.set_weight("b", 0)
    roster.update(10.0)
    roster.set_weight("b", None)
    roster.update(20.0)
    assert roster.weight_of("www", "b", 20.0) == 0.75
    assert roster.next_s(20.5) == pytest.approx(1.5)
