"""Who has which port: found again, free, over, or nobody's any more."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.model import FiveTuple, Protocol
from balancer.vip.nat.connection import Seen
from balancer.vip.nat.table import CANDIDATES, Translation, Translations, candidates
from balancer.vip.tables.nat_limits import NatLimits

LIMITS = NatLimits(first_port=20_000, ports=1000, flows=5000, half_open_s=100)
BACKEND, OTHER, OURS = 0x0B01010A, 0x0B01010B, 0x0B01080A


def flow(port: int, protocol: int = Protocol.TCP) -> FiveTuple:
    return FiveTuple(4, 0x0B01100A, 0x17000150, protocol, port, 80)


def entry(port: int, now_s: float = 0.0) -> Translation:
    return Translation(flow(port), 1, 0, now_s)


def test_a_flow_finds_its_port_again_and_answers_find_the_flow() -> None:
    table = Translations(LIMITS)
    answer = table.take(entry(40000), BACKEND, OURS)
    assert answer is not None
    assert answer[:5] == (4, BACKEND, OURS, Protocol.TCP, 80)
    assert 20_000 <= answer.destination_port < 21_000
    assert table.find(flow(40000), BACKEND, OURS) == answer
    assert table[answer].flow == flow(40000)
    assert table.find(flow(40001), BACKEND, OURS) is None
    assert table.find(flow(40000), OTHER, OURS) is None


def test_no_two_flows_of_a_backend_share_a_port_and_those_of_two_may() -> None:
    limits = replace(LIMITS, ports=CANDIDATES)
    table = Translations(limits)
    got = [table.take(entry(port), BACKEND, OURS) for port in range(100)]
    given = [answer for answer in got if answer is not None]
    assert len(given) == len(set(given)) <= CANDIDATES
    assert None in got
    assert table.take(entry(0), OTHER, OURS) is not None


def test_a_port_is_the_next_flows_when_its_flow_has_been_silent() -> None:
    table = Translations(replace(LIMITS, ports=1))
    first = table.take(entry(1), BACKEND, OURS)
    assert table.take(entry(2, now_s=100), BACKEND, OURS) is None
    assert table.take(entry(2, now_s=100.1), BACKEND, OURS) == first
    assert table.find(flow(1), BACKEND, OURS) is None
    assert first and table[first].flow == flow(2)


def test_a_flow_that_says_something_keeps_its_port() -> None:
    table = Translations(replace(LIMITS, ports=1))
    answer = table.take(entry(1), BACKEND, OURS)
    assert answer
    table.note(answer, Seen.ANSWERED, 90)
    assert table[answer].seen == Seen.ANSWERED
    assert table.take(entry(2, now_s=150), BACKEND, OURS) is None


def test_a_full_table_takes_nobody_in() -> None:
    table = Translations(replace(LIMITS, flows=3))
    got = [table.take(entry(port), BACKEND, OURS) for port in range(5)]
    assert [answer is None for answer in got] == [False] * 3 + [True] * 2


@pytest.mark.parametrize("ports", [1, 4, 1000, 55_000])
@given(port=st.integers(0, 65535))
@settings(max_examples=20)
def test_candidates_are_in_the_range(ports: int, port: int) -> None:
    limits = replace(LIMITS, first_port=1024, ports=ports)
    found = [c.destination_port for c in candidates(flow(port), 1, 2, limits)]
    assert len(found) == CANDIDATES
    assert all(1024 <= each < 1024 + ports for each in found)


def test_a_range_that_is_half_used_refuses_hardly_anybody() -> None:
    table = Translations(LIMITS)
    got = [table.take(entry(port), BACKEND, OURS) for port in range(500)]
    assert None not in got
