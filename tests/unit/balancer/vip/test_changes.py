"""What tables remember of a change: to whom the older flows of a slot go."""

from array import array
from dataclasses import replace
from ipaddress import IPv4Address

from hypothesis import given
from hypothesis import strategies as st

from balancer.hashing.selector import EMPTY
from balancer.model import Handling, Protocol, Tracking, Vip
from balancer.vip.tables import (
    BackendEntry,
    Options,
    Tables,
    previous_slots,
    settle,
    vip_entries,
)

VIP = IPv4Address("23.0.1.80")
BACKENDS = 3
NUMBERS = st.integers(0, BACKENDS - 1)
OWNERS = st.lists(NUMBERS, min_size=8, max_size=8)


def slots(*owners: int) -> "array[int]":
    return array("I", owners)


def tables(
    owners: "array[int]",
    previous: "array[int] | None" = None,
    tracking: Tracking = Tracking.CHANGED,
    dead: frozenset[int] = frozenset(),
) -> Tables:
    vip = Vip("www", VIP, 80, Protocol.TCP, "www", Handling(tracking))
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


def test_nothing_is_remembered_for_other_policies_or_sizes() -> None:
    other = tables(slots(0, 1), tracking=Tracking.ESTABLISHED)
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
