"""What rounds of failures come to as figures."""

from math import inf

import pytest

from experiments.bench.dns import takeover
from experiments.bench.dns.takeover import KILLED, Round, failed_share, told
from experiments.kit.clients.lookups import Lookup, Lookups

FAILED_S = 10.0


def client(dark_s: float, moves: bool = True) -> Lookups:
    """Ten look-ups a second, from a second before the failure until nine after it."""
    asked = []
    for tenth in range(100):
        at_s = FAILED_S - 1.0 + tenth / 10
        if at_s < FAILED_S:
            asked.append(Lookup(at_s, at_s, takeover.SITE))
        elif moves and at_s >= FAILED_S + dark_s:
            asked.append(Lookup(at_s, at_s, takeover.OTHER))
        else:
            asked.append(Lookup(at_s))
    return Lookups(asked, FAILED_S + 9.0)


def test_a_share_is_of_the_time_after_the_failure():
    one = Round(FAILED_S, [client(0.95), client(0.45)], [])
    assert one.once == pytest.approx(100 * 15 / 100)
    assert one.twice == 0.0
    assert one.moved_s == pytest.approx(1.0)


def test_who_is_dark_longer_than_the_wait_fails_twice():
    one = Round(FAILED_S, [client(2.95)], [])
    assert one.twice == pytest.approx(100 * 10 / 50)


def test_who_never_moves_is_told():
    one = Round(FAILED_S, [client(0.0, moves=False)], [])
    assert (one.moved_s, one.once, one.twice) == (inf, 100.0, 100.0)


def test_the_worst_client_of_the_worst_round_is_told():
    rounds = [Round(FAILED_S, [client(dark), client(0.45)], []) for dark in (0.55, 2)]
    marks = told(KILLED, rounds)
    assert marks[f"{KILLED} worst"] == pytest.approx(2.1)
    assert marks[f"{KILLED} gap"] == pytest.approx(0.65)
    figures = list(takeover._figures(marks, KILLED, 2))
    assert [figure.met for figure in figures] == [True, False, None, None, True]


def test_failures_of_all_clients():
    assert failed_share([client(1.0), client(0.0)]) == pytest.approx(5.0)
