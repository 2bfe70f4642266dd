"""What look-ups that were asked at known times came to."""

from math import inf

import pytest

from experiments.kit.clients.lookups import Lookup, Lookups

NONE = Lookups()
# Asked each second; `fra` dies after two answers, `iad` answers from the sixth on.
TAKEN_OVER = Lookups(
    [
        Lookup(0.0, 0.25, "fra"),
        Lookup(1.0, 1.25, "fra"),
        *(Lookup(float(second)) for second in (2, 3, 4)),
        Lookup(5.0, 5.5, "iad"),
        Lookup(6.0, 6.5, "iad"),
    ],
    ended_s=7.0,
)


def test_who_answered_in_turn():
    assert TAKEN_OVER.servers == ["fra", "iad"]
    back = Lookups([*TAKEN_OVER.asked, Lookup(7.0, 7.25, "fra")], 8.0)
    assert back.servers == ["fra", "iad", "fra"]
    assert NONE.servers == []


def test_answers_count_in_the_order_in_which_they_come():
    late = Lookups([Lookup(0.0, 2.5, "fra"), Lookup(1.0, 1.5, "iad")], 3.0)
    assert late.servers == ["iad", "fra"]


@pytest.mark.parametrize(
    ("lookups", "gap_s"),
    [
        pytest.param(TAKEN_OVER, 4.25, id="from the last answer to the next"),
        pytest.param(Lookups(TAKEN_OVER.asked[:5], 5.0), 3.75, id="until the end"),
        pytest.param(Lookups([Lookup(1.0, 4.0, "fra")], 4.5), 3.0, id="to the first"),
        pytest.param(Lookups([Lookup(1.0)], 3.0), 2.0, id="no answer"),
        pytest.param(Lookups([Lookup(1.0, 9.0, "fra")], 3.0), 2.0, id="a late answer"),
    ],
)
def test_the_longest_time_without_an_answer(lookups, gap_s):
    assert lookups.gap_s == gap_s


def test_when_a_server_is_heard_first():
    assert TAKEN_OVER.first_heard_s("iad") == 5.5
    assert TAKEN_OVER.first_heard_s("syd") == inf


def test_failures_of_a_time():
    assert TAKEN_OVER.failed() == 3
    assert TAKEN_OVER.failed(3.0, 6.0) == 2
    assert len(TAKEN_OVER.between(3.0, 6.0)) == 3


@pytest.mark.parametrize(
    ("wait_s", "failed"),
    [
        pytest.param(0.5, 2, id="the next is asked later, and two of those fail"),
        pytest.param(2.0, 1, id="two of three are answered then"),
        pytest.param(3.0, 1, id="of one, nobody asked so late"),
        pytest.param(9.0, 3, id="nobody asked so late"),
    ],
)
def test_failures_of_who_asks_once_more(wait_s, failed):
    assert TAKEN_OVER.failed_twice(wait_s, 0.0, 7.0) == failed
