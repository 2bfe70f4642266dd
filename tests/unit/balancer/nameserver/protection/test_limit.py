"""How many like responses a network gets."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.protection.limit import Limiter, RateLimit, Verdict

SEND, SLIP, DROP = Verdict.SEND, Verdict.SLIP, Verdict.DROP


def judged(limiter, count, source="11.1.3.10", kind=b"www", now_s=100):
    return [limiter.judge(source, kind, now_s) for _ in range(count)]


def test_a_flood_gets_a_second_and_then_slips():
    limiter = Limiter(RateLimit(per_second=3))
    assert judged(limiter, 7) == [SEND, SEND, SEND, DROP, SLIP, DROP, SLIP]


@pytest.mark.parametrize(
    ("slip", "verdicts"),
    [(0, {DROP}), (1, {SLIP}), (3, {DROP, SLIP})],
    ids=["never", "always", "each third"],
)
def test_slip(slip, verdicts):
    limiter = Limiter(RateLimit(per_second=1, slip=slip))
    assert set(judged(limiter, 7)[1:]) == verdicts


@pytest.mark.parametrize(
    ("source", "kind", "verdict"),
    [
        pytest.param("11.1.3.99", b"www", DROP, id="the same network"),
        pytest.param("11.1.4.10", b"www", SEND, id="another network"),
        pytest.param("11.1.3.10", b"ns", SEND, id="another response"),
        pytest.param("2a11::1", b"www", SEND, id="another family"),
        pytest.param("127.0.0.1", b"www", SEND, id="exempt"),
    ],
)
def test_who_shares_an_account(source, kind, verdict):
    limiter = Limiter(RateLimit(1, slip=0, exempt=(ip_network("127.0.0.0/8"),)))
    judged(limiter, 2)
    judged(limiter, 9, "127.0.0.1")
    assert limiter.judge(source, kind, 100) is verdict


def test_ipv6_networks():
    limiter = Limiter(RateLimit(1, slip=0))
    assert judged(limiter, 1, "2a11:0:1:1000::1%eth0") == [SEND]
    assert judged(limiter, 1, "2a11:0:1:10ff::2") == [DROP]
    assert judged(limiter, 1, "2a11:0:1:1100::2") == [SEND]


def test_debt_is_paid_with_time_and_bounded_by_the_window():
    limiter = Limiter(RateLimit(per_second=2, window_s=5, slip=0))
    judged(limiter, 1000, now_s=100)
    assert judged(limiter, 1, now_s=104) == [DROP]
    assert judged(limiter, 1, now_s=106) == [SEND]
    assert judged(limiter, 3, now_s=200) == [SEND, SEND, DROP]


def test_accounts_are_bounded_and_forgotten():
    limiter = Limiter(RateLimit(1, slip=0, max_accounts=10))
    for number in range(100):
        limiter.judge(f"11.1.{number}.1", b"www", 100)
    assert len(limiter) <= 10
    limiter = Limiter(RateLimit(1, window_s=5, slip=0))
    judged(limiter, 9, now_s=100)
    for now_s in (106, 112, 118, 124):
        judged(limiter, 1, f"11.{now_s}.9.9", now_s=now_s)
    assert len(limiter) == 2


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(1, 4))
def test_an_account_gains_with_time_and_loses_with_each_response(waits_s, per_second):
    window_s, slip = 2, 3
    limiter = Limiter(RateLimit(per_second, window_s, slip))
    now_s, balance, held_back = 100, per_second, 0
    for wait_s in waits_s:
        now_s += wait_s
        gained = min(balance + wait_s * per_second, per_second)
        balance = max(gained - 1, -window_s * per_second)
        verdict = SEND
        if balance < 0:
            held_back += 1
            verdict = DROP if held_back % slip else SLIP
        assert limiter.judge("11.1.3.10", b"www", now_s) is verdict
