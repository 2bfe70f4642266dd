"""Ctrl-C is raised in the end, whatever becomes of it where it comes."""

import contextlib
import signal

import pytest

from experiments.cli.interrupts import interrupts_kept


@pytest.fixture(autouse=True)
def heeding():
    """Signals raise here even if a shell started the tests in the background."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def swallow():
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def mistake():
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise ImportError("initialization failed") from None


def pass_on():
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("body", [swallow, mistake, pass_on])
def test_an_interrupt_is_raised(body):
    with pytest.raises(KeyboardInterrupt), interrupts_kept():
        body()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_an_interrupt_nothing_is():
    with interrupts_kept():
        pass
    with pytest.raises(ImportError), interrupts_kept():
        raise ImportError


def test_where_signals_raise_nothing_they_are_left_alone():
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_kept():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, former)
