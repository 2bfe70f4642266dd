"""Lots, and the orders of addresses in them."""

from collections import Counter
from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.policies.lots import NODATA, NOTHING, Lot, shared
from balancer.nameserver.policies.order import Order, arrangements, ordered


def never():
    raise AssertionError("nothing is random here")


def test_fixed_gives_all_the_same():
    lot = ordered([3, 4], Order.FIXED)
    draw = lot.draws(never)
    assert lot.fixed == draw() == draw() == (3, 4)
    assert NODATA.fixed == NODATA.draws(never)() == NOTHING


def test_rotated_takes_turns():
    draw = ordered([3, 4, 5], Order.ROTATED).draws(never)
    assert [draw() for _ in range(4)] == [(3, 4, 5), (4, 5, 3), (5, 3, 4), (3, 4, 5)]


@given(st.integers(1, 9))
def test_random_has_each_address_at_each_place_equally_often(count_of):
    found = arrangements(range(count_of), Order.RANDOM)
    assert len(found) <= 9 * 12
    for place in range(count_of):
        seen = Counter(arrangement[place] for arrangement in found)
        assert len(set(seen.values())) == 1
        assert len(seen) == count_of


def test_random_draws_follow_the_seed():
    lot = ordered(range(3), Order.RANDOM)
    drawn = [lot.draws(Random(seed).random)() for seed in (1, 1, 2, 3, 4)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 2


def test_shares():
    lot = shared([(3, [(0,)]), (0, [(7,)]), (1, [(1, 2), (2, 1)])])
    steps = [each / 1000 for each in range(1000)]
    assert Counter(map(lot.drawn, steps)) == {(0,): 750, (1, 2): 125, (2, 1): 125}
    assert lot.drawn(1.0) == (2, 1)


def test_a_turn_is_a_function_of_its_number():
    lot = Lot(((1,), (2,)))
    assert [lot.at(turn) for turn, _ in zip(count(), "abc", strict=False)] == [
        (1,),
        (2,),
        (1,),
    ]


@pytest.mark.parametrize("order", list(Order))
def test_one_address_has_one_order(order):
    assert ordered([5], order).fixed == (5,)
