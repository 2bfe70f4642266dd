import random
from collections import Counter
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.kit.clients.stacks import (
    Sources,
    first_record,
    happy_eyeballs,
    interleaved,
    pinned,
    random_record,
    rfc6724,
)

SOURCES = Sources(ip_address("11.1.16.10"), ip_address("2a11:0:1:1000::10"))
NEAR6, FAR6 = ip_address("2a11:250::1"), ip_address("2600::1")
NEAR4, FAR4 = ip_address("11.250.0.1"), ip_address("198.18.0.1")
SIX_TO_FOUR, UNIQUE_LOCAL = ip_address("2002:c000:201::1"), ip_address("fd00::1")


def some(*texts):
    return [ip_address(text) for text in texts]


@pytest.mark.parametrize(
    ("answer", "ordered"),
    [
        pytest.param([FAR4, FAR6], [FAR6, FAR4], id="rule 6: IPv6 before IPv4"),
        pytest.param([SIX_TO_FOUR, FAR4], [FAR4, SIX_TO_FOUR], id="rule 5: label"),
        pytest.param([UNIQUE_LOCAL, FAR6], [FAR6, UNIQUE_LOCAL], id="rule 5: ULA"),
        pytest.param([FAR6, NEAR6], [NEAR6, FAR6], id="rule 9: IPv6"),
        pytest.param([FAR4, NEAR4], [NEAR4, FAR4], id="rule 9: IPv4"),
        pytest.param(
            some("23.0.2.80", "23.0.1.80"),
            some("23.0.2.80", "23.0.1.80"),
            id="rule 10: nothing in common",
        ),
    ],
)
def test_destination_order(answer, ordered):
    assert rfc6724(answer, SOURCES) == ordered


def test_the_gnu_library_leaves_ipv4_as_it_came():
    assert rfc6724([FAR4, NEAR4], SOURCES, ipv4_prefixes=False) == [FAR4, NEAR4]
    assert rfc6724([FAR6, NEAR6], SOURCES, ipv4_prefixes=False) == [NEAR6, FAR6]


def test_no_more_bits_count_than_the_source_prefix_has():
    near, nearer = ip_address("11.1.16.77"), ip_address("11.1.16.11")
    assert rfc6724([near, nearer], SOURCES) == [near, nearer]


@given(st.permutations([NEAR4, FAR4, NEAR6, FAR6]))
def test_the_order_of_the_answer_does_not_matter_to_rfc6724(answer):
    assert rfc6724(answer, SOURCES) == [NEAR6, FAR6, NEAR4, FAR4]


def test_families_take_turns():
    assert interleaved([NEAR6, FAR6, FAR4]) == [NEAR6, FAR4, FAR6]
    assert interleaved([FAR4]) == [FAR4]
    assert interleaved([]) == []


@pytest.mark.parametrize(
    ("connect_ms", "winner"),
    [
        pytest.param({NEAR6: 249, FAR4: 1}, NEAR6, id="first within the delay"),
        pytest.param({NEAR6: 252, FAR4: 1}, FAR4, id="second while the first waits"),
        pytest.param({FAR4: 30}, FAR4, id="IPv6 broken"),
        pytest.param({FAR6: 30, FAR4: 600}, FAR6, id="third"),
        pytest.param({}, None, id="nobody there"),
    ],
)
def test_happy_eyeballs(connect_ms, winner):
    assert happy_eyeballs([NEAR6, FAR6, FAR4], connect_ms) == winner


def test_first_random_and_pinned():
    answer = [NEAR4, FAR4, NEAR6, FAR6]
    assert first_record(answer) == NEAR4
    assert pinned(answer, None) == NEAR4
    assert pinned([FAR4], NEAR4) == NEAR4
    source = random.Random(1)
    drawn = Counter(random_record(answer, source) for _ in range(4000))
    assert set(drawn) == set(answer)
    assert all(900 < times < 1100 for times in drawn.values())
