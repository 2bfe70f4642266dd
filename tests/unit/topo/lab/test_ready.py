"""Waiting for roles: who is late, who died, and what is told meanwhile."""

import asyncio
import gc

import pytest

from topo.lab import ready
from topo.lab.errors import LabError
from topo.lab.ready import Awaited, all_ready
from topo.lab.supervisor import DeadRole

NEVER = Awaited("fra-ns", "announced that it is ready", lambda: asyncio.Event().wait())


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(ready, "WATCH_S", 0.01)


async def _at_once():
    return None


def _wait(awaited, deaths=tuple, within_s=0.0):
    said = []
    asyncio.run(all_ready("programs", awaited, deaths, said.append, within_s))
    return said


def test_what_is_ready_is_counted():
    said = _wait([Awaited("a", "", _at_once), Awaited("b", "", _at_once)], within_s=5)
    assert said[-1] == "programs: 2/2"


def test_the_late_one_is_named_with_what_it_did_not_do():
    with pytest.raises(LabError, match="fra-ns has not announced that it is ready"):
        _wait([Awaited("a", "", _at_once), NEVER])


def test_a_death_ends_the_wait_with_the_last_words():
    dead = (DeadRole("fra-ns", "fra-ns", -9, "no such zone"),)
    with pytest.raises(LabError, match=r"fra-ns on fra-ns died \(signal 9\)") as caught:
        _wait([NEVER], deaths=lambda: dead, within_s=5)
    assert "no such zone" in str(caught.value)


def test_a_program_that_closes_its_descriptor_is_not_ready():
    async def closed():
        raise EOFError

    with pytest.raises(LabError, match="controller: closed its ready descriptor"):
        _wait([Awaited("controller", "", closed)], within_s=5)


def test_of_several_failures_one_is_told_and_the_others_are_quiet(caplog):
    async def closed():
        raise EOFError

    with pytest.raises(LabError, match="closed its ready descriptor"):
        _wait([Awaited("a", "", closed), Awaited("b", "", closed)], within_s=5)
    gc.collect()
    assert not caplog.records


def test_a_long_queue_is_told_in_one_line():
    said = []
    awaited = [Awaited(f"r{i}", "", asyncio.Event().wait) for i in range(6)]
    with pytest.raises(LabError):
        asyncio.run(all_ready("programs", awaited, tuple, said.append, 0.0))
    assert said[0].endswith("0/6, waiting for " + said[0].split("for ")[1])
    assert said[0].endswith("and 2 more")
