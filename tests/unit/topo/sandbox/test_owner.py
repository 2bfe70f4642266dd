"""Holding a child, which needs no namespaces and no root."""

import os
import signal

import pytest

from balancer.errors import FrontlabError
from topo.sandbox.owner import supervise
from topo.sandbox.process import fork_main


def held(main):
    """Hold `main` as a sandbox holds its init."""
    return supervise(lambda report, mask: fork_main(main, report, mask), "trial")


def wait_s(seconds):
    signal.sigtimedwait([], seconds)


def end_self():
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def end_holder():
    os.kill(os.getppid(), signal.SIGKILL)
    wait_s(60)
    return 0


def complain():
    raise FrontlabError("no")


@pytest.mark.parametrize(
    ("main", "exit_code"),
    [
        pytest.param(lambda: 7, 7, id="its status"),
        pytest.param(end_self, -9, id="killed"),
    ],
)
def test_exit_code(main, exit_code):
    assert held(main) == exit_code


@pytest.mark.parametrize(
    ("main", "words"),
    [
        pytest.param(complain, "no", id="its own"),
        pytest.param(
            end_holder, "trial: its holder was killed by signal 9", id="holder"
        ),
    ],
)
def test_errors(main, words):
    with pytest.raises(FrontlabError, match=words):
        held(main)


@pytest.mark.parametrize(
    ("number", "exit_code"),
    [
        pytest.param(signal.SIGTERM, -signal.SIGTERM, id="SIGTERM"),
        pytest.param(signal.SIGINT, 130, id="SIGINT"),
    ],
)
def test_signals_to_the_owner_go_on(number, exit_code):
    owner = os.getpid()

    def main():
        os.kill(owner, number)
        wait_s(60)
        return 0

    assert held(main) == exit_code


def test_a_timer_of_the_callers_own_ends_nothing():
    rung = []

    def main():
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        wait_s(0.1)
        return 5

    old = signal.signal(signal.SIGALRM, lambda *_: rung.append(True))
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    assert held(main) == 5
    signal.signal(signal.SIGALRM, old)
    assert rung


def test_the_callers_signals_are_as_before():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    held(lambda: 0)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())
