"""Mixing: SplitMix64's published outputs, and the same by the array."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from balancer.hashing.mix import mix, mix_words, seed_of, sequence, slot_keys

words = st.integers(0, 2**64 - 1)


def test_the_published_sequence_from_seed_1234567() -> None:
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert sequence(1234567, 3).tolist() == expected
    assert mix(1234567) == expected[0]


@given(st.lists(words))
def test_an_array_is_mixed_as_its_words_are(values: list[int]) -> None:
    mixed = mix_words(np.array(values, dtype=np.uint64))
    assert mixed.tolist() == [mix(value) for value in values]


@given(words, st.integers(0, 20), st.integers(0, 20))
def test_a_longer_sequence_starts_the_same(seed: int, short: int, more: int) -> None:
    assert (sequence(seed, short) == sequence(seed, short + more)[:short]).all()


def test_keys_of_slots_are_their_numbers_mixed() -> None:
    assert slot_keys(3).tolist() == [mix(0), mix(1), mix(2)]


def test_a_name_has_64_bits_of_its_own() -> None:
    assert len({seed_of(f"be{number}") >> 32 for number in range(1000)}) == 1000
