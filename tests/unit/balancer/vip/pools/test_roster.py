"""Who serves, by checks and weights: the tables that follow."""

from dataclasses import replace

import pytest

from balancer.vip.pools.health import Thresholds
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.plan import AllDown
from balancer.vip.pools.roster import Roster

from .rosters import (
    NEW,
    WWW,
    A,
    B,
    check,
    members,
    owners,
    plan_of,
    usable,
)


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
