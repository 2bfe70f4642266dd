"""Slots and queue against a list and a deque."""

from collections import deque

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from topo.relay.slots import Queue, Slots

COUNT = 8


def test_slots_do_not_overlap_and_run_out() -> None:
    slots = Slots(COUNT, 2048)
    addresses = sorted(slots.peek(100).tolist())
    assert len(addresses) == COUNT
    assert all(np.diff(addresses) == 2048)
    slots.take(COUNT)
    assert len(slots.peek(1)) == 0


def test_the_last_slot_given_back_is_lent_first() -> None:
    slots = Slots(COUNT, 2048)
    lent = slots.peek(3).copy()
    slots.take(3)
    slots.give_back(lent[1:2])
    assert slots.peek(1).tolist() == [lent[1]]


def test_growing_keeps_lent_slots_lent() -> None:
    slots = Slots(COUNT, 2048)
    lent = slots.peek(3).copy()
    slots.take(3)
    slots.grow(20)
    free = slots.peek(100)
    assert len(free) == 17
    assert not set(free.tolist()) & set(lent.tolist())
    slots.give_back(lent)
    assert len(set(slots.peek(100).tolist())) == 20


def test_growing_to_less_changes_nothing() -> None:
    slots = Slots(COUNT, 2048)
    slots.grow(2)
    assert slots.count == len(slots.peek(100)) == COUNT


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=60))
def test_queue_is_first_in_first_out(steps: list[tuple[int, int]]) -> None:
    queue, model, number = Queue(COUNT), deque[int](), 0
    for push, pop in steps:
        fits = min(push, COUNT - len(model))
        new = np.arange(number, number + fits)
        number += fits
        queue.push(new * 2048, new + 60, new)
        model.extend(new.tolist())
        gone = min(pop, len(model))
        addresses, lengths, releases = queue.peek(gone)
        expected = [model.popleft() for _ in range(gone)]
        assert releases.tolist() == expected
        assert (addresses // 2048).tolist() == (lengths - 60).tolist() == expected
        queue.pop(gone)
        assert len(queue) == len(model)
        if model:
            assert queue.next_ns() == model[0]
            assert queue.due(model[0], 100) == 1


def test_a_grown_queue_holds_the_same_packets() -> None:
    queue = Queue(4)
    queue.push(np.arange(4), np.arange(4), np.arange(4))
    queue.pop(1)
    grown = queue.grown(40)
    assert grown.peek(len(grown))[2].tolist() == [1, 2, 3]
