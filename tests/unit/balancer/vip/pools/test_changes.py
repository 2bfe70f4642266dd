"""What tables remember of a change: to whom the older flows of a slot go."""

from array import array
from dataclasses import replace
from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from balancer.hashing.selector import EMPTY
from balancer.model import Forwarding, Handling, Protocol, Tracking, Vip
from balancer.vip.pools.changes import previous_slots, settle
from balancer.vip.tables.options import Options
from balancer.vip.tables.tables import BackendEntry, Tables, vip_entries

VIP = IPv4Address("23.0.1.80")
REMEMBERED = Handling(Tracking.CHANGED)
HANDED_ON = Handling(Tracking.OFF, forwarding=Forwarding.GRE_KEY)
BACKENDS = 3
NUMBERS = st.integers(0, BACKENDS - 1)
OWNERS = st.lists(NUMBERS, min_size=8, max_size=8)


def slots(*owners: int) -> "array[int]":
    return array("I", owners)


def tables(
    owners: "array[int]",
    previous: "array[int] | None" = None,
    handling: Handling = REMEMBERED,
    dead: frozenset[int] = frozenset(),
) -> Tables:
    vip = Vip("www", VIP, 80, Protocol.TCP, "www", handling)
    return Tables(
        options=Options(IPv4Address("11.1.8.10"), 1500, bytes(6), bytes(6)),
        vips=vip_entries([(vip, 0, 0)]),
        slots=(owners,),
        previous=(previous,),
        backends=tuple(BackendEntry(VIP, n not in dead) for n in range(BACKENDS)),
    )


def test_a_slot_that_changed_remembers_its_owner() -> None:
    found = previous_slots(tables(slots(0, 1, 2)), 0, slots(0, 2, 2))
    assert found == slots(EMPTY, 1, EMPTY)


def test_who_died_is_not_remembered() -> None:
    old = tables(slots(0, 1, 2), dead=frozenset({1}))
    assert previous_slots(old, 0, slots(0, 2, 0)) == slots(EMPTY, EMPTY, 2)


def test_the_first_change_is_the_one_that_counts() -> None:
    old = tables(slots(0, 1), slots(2, EMPTY))
    assert previous_slots(old, 0, slots(1, 1)) == slots(2, EMPTY)
    assert previous_slots(old, 0, slots(2, 1)) == slots(2, EMPTY)


def test_the_last_owner_counts_where_flows_are_not_remembered() -> None:
    old = tables(slots(0, 1), slots(2, 2), HANDED_ON)
    assert previous_slots(old, 0, slots(1, 1)) == slots(0, 2)


def test_a_change_is_settled_where_the_need_of_it_shows() -> None:
    assert tables(slots(0)).settles(0)
    assert not tables(slots(0), handling=HANDED_ON).settles(0)


def test_nothing_is_remembered_for_other_policies_or_sizes() -> None:
    other = tables(slots(0, 1), handling=Handling(Tracking.ESTABLISHED))
    assert previous_slots(other, 0, slots(1, 0)) is None
    assert previous_slots(tables(slots(0, 1)), 0, slots(1, 0, 1)) is None


def test_settling_forgets_the_slots_that_are_named() -> None:
    old = tables(slots(0, 1, 2), slots(1, 2, EMPTY))
    assert settle(old, 0, [0]).previous == (slots(EMPTY, 2, EMPTY),)
    assert settle(old, 0, [0, 1]).previous == (None,)
    assert settle(old, 0, []) is old


@given(st.lists(OWNERS, min_size=2, max_size=5))
def test_an_older_flow_stays_through_any_changes(states: list[list[int]]) -> None:
    current = tables(slots(*states[0]))
    for owners in states[1:]:
        previous = previous_slots(current, 0, slots(*owners))
        current = replace(current, slots=(slots(*owners),), previous=(previous,))
    (last,), (before,) = current.slots, current.previous
    assert before is not None
    went = [last[n] if before[n] == EMPTY else before[n] for n in range(len(last))]
    assert went == states[0]
