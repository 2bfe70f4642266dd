"""Maglev: the paper's example, shares by weight, and little disruption."""

from collections import Counter
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from balancer.hashing.maglev import (
    EMPTY,
    TABLE_SIZE,
    Permutation,
    fill,
    maglev_table,
    permutation,
    take_turns,
)

# Table 1 of the paper: M = 7 and the permutations of three backends.
B0, B1, B2 = Permutation(3, 4), Permutation(0, 2), Permutation(3, 1)


@pytest.mark.parametrize(
    ("permutations", "table"),
    [
        pytest.param([B0, B1, B2], [1, 0, 1, 0, 2, 2, 0], id="before"),
        pytest.param([B0, B2], [0, 0, 0, 0, 1, 1, 1], id="after the removal of B1"),
    ],
)
def test_the_papers_example(permutations: list[Permutation], table: list[int]) -> None:
    assert fill(permutations, [1] * len(permutations), 7) == table


@pytest.mark.parametrize(
    ("weights", "turns"),
    [
        pytest.param([1, 1, 1], [0, 1, 2, 0, 1, 2], id="equal"),
        pytest.param([5, 5], [0, 1, 0, 1], id="equal, but not 1"),
        pytest.param([1, 2], [1, 0, 1, 1, 0, 1], id="half"),
        pytest.param([1, 3], [1, 1, 0, 1, 1, 1, 0, 1], id="a third"),
    ],
)
def test_turns(weights: list[int], turns: list[int]) -> None:
    assert list(islice(take_turns(weights), len(turns))) == turns


def test_weights_1_to_4_over_128_backends_give_their_shares() -> None:
    weights = {f"be{number}": number % 4 + 1 for number in range(128)}
    slots = Counter(maglev_table(weights))
    by_weight = {
        weight: sorted({slots[n] for n in range(128) if n % 4 + 1 == weight})
        for weight in (1, 2, 3, 4)
    }
    # 65537 slots over a total weight of 320: 204.8 for each unit of weight.
    expected = {1: 204.8, 2: 409.6, 3: 614.4, 4: 819.2}
    for weight, counts in by_weight.items():
        assert all(abs(count - expected[weight]) <= 1 for count in counts), by_weight


def test_1000_equal_backends_have_65_or_66_slots() -> None:
    table = maglev_table({f"be{number}": 1 for number in range(1000)})
    assert len(table) == TABLE_SIZE
    assert set(Counter(table).values()) == {65, 66}


def test_removing_one_of_8_moves_few_slots_of_the_others() -> None:
    weights = {f"be{number}": 1 for number in range(8)}
    before, after = maglev_table(weights), maglev_table(weights | {"be3": 0})
    moved = sum(a != b for a, b in zip(before, after, strict=True) if a != 3)
    assert 3 not in after
    assert moved / TABLE_SIZE < 0.005


@pytest.mark.parametrize("weights", [{}, {"be1": 0, "be2": 0}], ids=["none", "drained"])
def test_without_weight_every_slot_is_empty(weights: dict[str, int]) -> None:
    assert set(maglev_table(weights, size=7)) == {EMPTY}


def test_numbers_start_where_asked() -> None:
    assert set(maglev_table({"be1": 1, "be2": 1}, first=40, size=7)) == {40, 41}


@given(st.lists(st.integers(0, 5), min_size=1, max_size=9), st.sampled_from([7, 251]))
def test_shares_follow_weights(weights: list[int], size: int) -> None:
    named = {f"be{number}": weight for number, weight in enumerate(weights)}
    slots, total = Counter(maglev_table(named, size=size)), sum(weights)
    for number, weight in enumerate(weights):
        share = size * weight / total if total else 0
        assert abs(slots[number] - share) <= 2 * len(weights)
        assert bool(weight) or not slots[number]


@given(st.text(), st.sampled_from([7, 251]))
@example("be1", 65537)
def test_a_permutation_visits_every_slot(name: str, size: int) -> None:
    order = permutation(name, size)
    assert 0 <= order.offset < size
    assert 1 <= order.skip < size
