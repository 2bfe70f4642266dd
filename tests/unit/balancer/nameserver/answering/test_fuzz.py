"""A second of what the fuzzer does for longer, always the same."""

from random import Random

import pytest
from fuzz.nameserver import Target, corpus, mutated


@pytest.fixture(scope="module")
def target(tmp_path_factory):
    return Target(tmp_path_factory.mktemp("fuzz"))


def test_queries_to_start_from_break_nothing(target):
    for data in corpus():
        target.check(data)


def test_mutants_break_nothing(target):
    random, pool = Random(7), corpus()
    for _ in range(2000):
        target.check(mutated(random.choice(pool), random))
