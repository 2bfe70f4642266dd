"""Which benchmarks there are, and how they are asked for."""

import pytest

from balancer.errors import ConfigError
from experiments.bench.catalogue import GROUPS, benchmarks


@pytest.mark.parametrize("group", ["lab", "vip"])
def test_a_group_runs_all_of_its_benchmarks(group):
    names = [name for name, run in benchmarks(group) if callable(run)]
    assert len(names) == len(GROUPS[group])


def test_one_benchmark_is_asked_for_by_its_name():
    assert [name for name, _ in benchmarks("flows")] == ["flows"]


def test_an_unknown_name_is_told_with_those_that_there_are():
    with pytest.raises(ConfigError, match=r"'flow' .*lab, vip, dns"):
        list(benchmarks("flow"))
