"""Slot tables in memory: two halves for each pool, and what a change leaves in them."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.hashing.selector import EMPTY
from balancer.vip.tables.limits import NOBODY
from balancer.vip.xdp.slots import SlotHalves

SLOT = 8  # octets


def slots(*owners: int) -> "array[int]":
    return array("I", owners)


@pytest.fixture
def memory() -> memoryview:
    return memoryview(bytearray(2 * (3 + 5) * SLOT))


def words(memory: memoryview, first: int, count: int) -> list[tuple[int, int, int]]:
    """Return backend, previous and needed of some slots."""
    half, word = memory.cast("H"), memory.cast("I")
    places = range(first, first + count)
    return [(half[4 * n], half[4 * n + 1], word[2 * n + 1]) for n in places]


def test_each_write_takes_the_other_half(memory: memoryview) -> None:
    halves = SlotHalves(memory)
    halves.write(0, slots(1, 2, 3), None, 10)
    assert halves.place(0) == (0, 3)
    halves.write(0, slots(4, 5, 6), None, 11)
    assert halves.place(0) == (3, 3)
    assert words(memory, 0, 3) == [(n, NOBODY, 0) for n in (1, 2, 3)]
    assert words(memory, 3, 3) == [(n, NOBODY, 0) for n in (4, 5, 6)]


def test_pools_have_places_of_their_own(memory: memoryview) -> None:
    halves = SlotHalves(memory)
    halves.write(0, slots(1, 2, 3), None, 10)
    halves.write(1, slots(*range(5)), None, 10)
    assert halves.place(1) == (6, 5)
    assert [backend for backend, _, _ in words(memory, 6, 5)] == list(range(5))


def test_nobody_is_nobody(memory: memoryview) -> None:
    SlotHalves(memory).write(0, slots(EMPTY, EMPTY, EMPTY), None, 10)
    assert words(memory, 0, 3) == [(NOBODY, NOBODY, 0)] * 3


def test_a_slot_that_changes_is_needed_from_then_on(memory: memoryview) -> None:
    halves = SlotHalves(memory)
    halves.write(0, slots(1, 1, 1), None, 10)
    halves.write(0, slots(1, 2, 1), slots(EMPTY, 1, EMPTY), 20)
    assert halves.changed(0) == {1: 20}
    halves.write(0, slots(1, 2, 2), slots(EMPTY, 1, 1), 30)
    assert halves.changed(0) == {1: 20, 2: 30}
    halves.write(0, slots(1, 2, 2), slots(EMPTY, EMPTY, 1), 40)
    assert halves.changed(0) == {2: 30}


def test_a_first_table_may_remember_a_change(memory: memoryview) -> None:
    halves = SlotHalves(memory)
    halves.write(0, slots(1, 2, 1), slots(EMPTY, 1, EMPTY), 20)
    assert halves.changed(0) == {1: 20}


@given(
    st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1),
)
def test_what_was_written_last_is_read(tables: list[list[int]]) -> None:
    memory = memoryview(bytearray(2 * 3 * SLOT))
    halves = SlotHalves(memory)
    for owners in tables:
        halves.write(0, slots(*owners), None, 1)
    assert halves.read(0) == (slots(*tables[-1]), None)
    again = SlotHalves(memory)
    again.resume([3], {halves.place(0)[0]})
    assert again.read(0) == halves.read(0)
