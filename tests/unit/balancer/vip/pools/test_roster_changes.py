"""What weights, reloads, restarts and ramps make of who serves."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from balancer.errors import ConfigError
from balancer.model import Pool, Protocol
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.pace import NEVER_S
from balancer.vip.pools.plan import Plan, PoolPlan
from balancer.vip.pools.roster import Roster
from balancer.vip.tables.tables import ANY, VipKey

from .rosters import (
    NEW,
    ONE_IS_ENOUGH,
    OPTIONS,
    OTHER,
    PASTS,
    PLAN,
    RAMP,
    VIPS,
    WWW,
    A,
    B,
    check,
    members,
    owners,
    plan_of,
    share_of,
    usable,
    vip,
)


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
