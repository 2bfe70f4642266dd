"""AnchorHash: its buckets against sets that remember everything, and its capacity."""

from random import Random

import numpy as np
import pytest

from balancer.errors import ConfigError
from balancer.hashing.anchor import Anchor, find_all
from balancer.hashing.anchor_buckets import Buckets
from balancer.hashing.mix import mix
from balancer.hashing.selector import WeightedName


class Remembered:
    """The same by whole working sets, as algorithm 1 has them: memory O(a^2)."""

    def __init__(self, capacity: int, working: int) -> None:
        self.capacity = capacity
        self.working = list(range(capacity))
        self.before: dict[int, list[int]] = {}
        self.after: dict[int, list[int]] = {}
        for bucket in range(capacity - 1, working - 1, -1):
            self.remove(bucket)

    def find(self, key: int) -> int:
        bucket = key % self.capacity
        while bucket in self.after:
            left = self.after[bucket]
            bucket = left[mix(key ^ mix(bucket)) % len(left)]
        return bucket

    def remove(self, bucket: int) -> None:
        self.before[bucket] = self.working
        *others, last = self.working
        self.working = [last if other == bucket else other for other in others]
        self.after[bucket] = self.working

    def add(self) -> int:
        bucket, self.working = self.before.popitem()
        del self.after[bucket]
        return bucket


def names(*given: str, weight: float = 1) -> list[WeightedName]:
    return [WeightedName(name, weight) for name in given]


@pytest.mark.parametrize("seed", range(12))
def test_arrays_find_what_whole_sets_find(seed: int) -> None:
    random = Random(seed)
    capacity = random.randint(2, 12)
    working = random.randint(1, capacity)
    buckets, slow = Buckets(capacity, working), Remembered(capacity, working)
    keys = [mix(number) for number in range(30)]
    for _ in range(40):
        if len(slow.working) > 1 and (random.random() < 0.5 or not slow.before):
            bucket = random.choice(slow.working)
            buckets.remove(bucket)
            slow.remove(bucket)
        else:
            assert buckets.add() == slow.add()
        assert [buckets.find(key) for key in keys] == [slow.find(key) for key in keys]
    found = find_all(buckets, np.array(keys, dtype=np.uint64))
    assert found.tolist() == [slow.find(key) for key in keys]


def test_a_new_name_takes_the_place_of_who_left() -> None:
    built = Anchor().build(names("a", "b", "c"))
    before = built.table(251)
    assert built.change(names("a", "d", "c")).table(251) == before


def test_balancers_with_the_same_past_agree() -> None:
    def live(among: list[WeightedName]) -> list[int]:
        left = Anchor().build(among).change(names("a", "c", "d"))
        return left.change(names("a", "c")).change(names("c", "a", "b")).table(251)

    assert live(names("a", "b", "c", "d")) == live(names("d", "c", "b", "a"))


def test_when_nobody_stays_the_past_is_forgotten() -> None:
    built = Anchor().build(names("a", "b")).change(names("c", "d"))
    assert built.table(251) == Anchor().build(names("c", "d")).table(251)


def test_more_than_four_times_as_many_start_anew() -> None:
    four, five = names("a", "b", "c", "d"), names("a", "b", "c", "d", "e")
    built = Anchor().build(names("a")).change(four)
    assert built.table(251) != Anchor().build(four).table(251)
    assert built.change(five).table(251) == Anchor().build(five).table(251)


def test_a_capacity_that_was_given_is_kept() -> None:
    built = Anchor(capacity=3).build(names("a", "b"))
    with pytest.raises(ConfigError, match="4 buckets are needed, the capacity is 3"):
        built.change(names("a", "b", "c", "d"))
    with pytest.raises(ConfigError, match="4 buckets are needed"):
        Anchor(capacity=3, nodes=2).build(names("a", "b"))
