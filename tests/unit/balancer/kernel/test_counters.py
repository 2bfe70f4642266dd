"""Counters are summed over CPUs, and told by the names of their reasons."""

from enum import IntEnum
from struct import Struct

from balancer.kernel.counters import read_counters, total

U64 = Struct("=Q")


class Reason(IntEnum):
    SENT = 0
    DROPPED = 3


class OnTwoCpus:
    """A map whose entry N counts 10 N on one CPU, and 1 on the other."""

    def lookup(self, key):
        number = int.from_bytes(key, "little")
        return [U64.pack(10 * number), U64.pack(1)]


def test_reasons_are_told_by_name_over_all_cpus():
    assert read_counters(OnTwoCpus(), Reason) == {"SENT": 1, "DROPPED": 31}
    assert total(OnTwoCpus(), 7) == 71
