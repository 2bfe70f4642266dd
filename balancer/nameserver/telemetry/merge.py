"""Status objects of processes that answer side by side, as one."""

from collections.abc import Mapping, Sequence
from typing import Any

COUNTED = ("counters", "queries_by_source", "answered", "latency_us")


def merged(statuses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return status objects as one: counts are summed, samples follow one another."""
    total = dict(statuses[0])
    for key in COUNTED:
        total[key] = summed([status[key] for status in statuses])
    samples = [each for status in statuses for each in status["samples"]]
    total["samples"] = sorted(samples, key=lambda each: each["time_s"])
    return total


def summed(trees: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sum of trees of counts, branch by branch."""
    total: dict[str, Any] = {}
    for tree in trees:
        for name, found in tree.items():
            if isinstance(found, Mapping):
                total[name] = summed([total.get(name, {}), found])
            else:
                total[name] = total.get(name, 0) + found
    return total
