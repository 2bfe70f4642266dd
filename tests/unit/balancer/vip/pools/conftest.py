"""Rosters before and after the first checks."""

import pytest

from balancer.vip.pools.memory import Memory
from balancer.vip.pools.roster import Roster

from .rosters import PLAN, check


@pytest.fixture
def roster() -> Roster:
    return Roster(PLAN, Memory(), 0.0)


@pytest.fixture
def serving(roster: Roster) -> Roster:
    roster.note("other", "x", "", True)
    check(roster, a=True, b=True, drained=True)
    return roster
