"""Who serves, from checks to tables."""

from ipaddress import IPv4Address

import pytest

from balancer.model import Backend, Pool, Protocol, Vip
from balancer.vip.health import Thresholds
from balancer.vip.roster import Roster
from balancer.vip.tables import ANY, Options, Tables, VipKey, build_tables

OPTIONS = Options(IPv4Address("11.1.8.10"), 1500, bytes(6), bytes(6))
VIP = Vip("www", IPv4Address("23.0.1.80"), 80, Protocol.TCP, "www")


def backend(name: str, number: int, weight: int = 1) -> Backend:
    return Backend(name, IPv4Address(f"11.1.1.{number}"), weight)


POOLS = (
    Pool("other", (backend("x", 9),)),
    Pool("www", (backend("a", 1), backend("b", 2, 3), backend("drained", 3, 0))),
)


@pytest.fixture
def roster() -> Roster:
    thresholds = {pool.name: Thresholds(rise=1, fall=1) for pool in POOLS}
    return Roster(POOLS, thresholds, build_tables(OPTIONS, POOLS, (VIP,)))


def owners(tables: Tables) -> set[int]:
    return set(tables.slots[1])


def usable(tables: Tables) -> list[bool]:
    return [entry.usable for entry in tables.backends]


def check(roster: Roster, **results: bool) -> Tables:
    for name, passed in results.items():
        roster.note("www", name, passed)
    return roster.update()


def test_everyone_serves_before_the_first_check(roster: Roster) -> None:
    assert owners(roster.tables) == {1, 2}
    assert usable(roster.tables) == [True, True, True, True]
    assert not roster.is_complete()


def test_a_dead_backend_has_no_slot_and_no_flows(roster: Roster) -> None:
    tables = check(roster, a=True, b=False, drained=True)
    assert owners(tables) == {1}
    assert usable(tables) == [True, True, False, True]
    assert roster.alive() == {("www", "a"), ("www", "drained")}


def test_a_drained_backend_keeps_its_flows_and_has_no_slot(roster: Roster) -> None:
    tables = check(roster, a=True, b=True, drained=True)
    assert owners(tables) == {1, 2}
    assert usable(tables)[3]


@pytest.mark.parametrize("drained", [True, False], ids=["drained alive", "all dead"])
def test_the_last_set_serves_when_nobody_can(roster: Roster, drained: bool) -> None:
    check(roster, a=True, b=False, drained=True)
    tables = check(roster, a=False, b=False, drained=drained)
    assert owners(tables) == {1}
    assert usable(tables) == [True, True, False, True]


def test_who_comes_back_serves_again(roster: Roster) -> None:
    check(roster, a=False, b=True, drained=True)
    assert owners(check(roster, a=True)) == {1, 2}


def test_other_pools_stay_as_they_are(roster: Roster) -> None:
    before = roster.tables.slots[0]
    assert check(roster, a=False, b=True, drained=True).slots[0] is before


def test_the_first_round_ends_with_the_last_backend(roster: Roster) -> None:
    check(roster, a=True, b=True, drained=True)
    assert not roster.is_complete()
    assert roster.note("other", "x", True)
    assert roster.is_complete()
    assert not roster.note("other", "x", True)


def test_weights_are_shares_of_slots(roster: Roster) -> None:
    slots = roster.tables.slots[1]
    assert slots.count(2) / slots.count(1) == pytest.approx(3, abs=0.01)


def test_an_address_is_a_vips_at_any_port_and_in_fragments(roster: Roster) -> None:
    address = int(VIP.address)
    assert set(roster.tables.vips) == {
        VipKey(4, address, Protocol.TCP, 80),
        VipKey(4, address, Protocol.TCP, ANY),
        VipKey(4, address, ANY, ANY),
    }
