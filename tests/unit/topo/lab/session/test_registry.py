"""Names of labs: taken once, found while held, gone with their holder."""

import os
import uuid

import pytest

from balancer.errors import ConfigError
from topo.lab.errors import LabError
from topo.lab.session.registry import LabEntry, claim, find, lab_name, labs, only


@pytest.fixture
def name():
    return f"test-{uuid.uuid4().hex[:12]}"


def test_a_claimed_name_is_found_with_its_owner(name):
    with claim(name):
        assert find(name) == LabEntry(name, os.getpid())
        assert LabEntry(name, os.getpid()) in labs()


def test_a_name_is_taken_once(name):
    with claim(name), pytest.raises(LabError, match=f"named {name} is already up"):
        claim(name)


def test_a_name_is_free_when_its_holder_is_gone(name):
    claim(name).close()
    with pytest.raises(ConfigError, match=f"no lab named {name} is up"):
        find(name)


@pytest.mark.parametrize(
    ("count", "error", "said"),
    [
        pytest.param(0, LabError, "no lab is up", id="none"),
        pytest.param(2, ConfigError, "several labs are up: name one of", id="several"),
    ],
)
def test_which_lab_is_meant(monkeypatch, count, error, said):
    entries = tuple(LabEntry(f"lab{n}", n) for n in range(count))
    monkeypatch.setattr("topo.lab.session.registry.labs", lambda: entries)
    with pytest.raises(error, match=said):
        only(None)


@pytest.mark.parametrize("said", ["duo", "Duo.2_b-c", "7", "x" * 48])
def test_a_word_can_be_a_labs_name(said):
    assert lab_name(said) == said


@pytest.mark.parametrize("said", ["", "a b", "a/../b", "-x", "São", "a\n", "x" * 49])
def test_what_sockets_hosts_or_lists_cannot_bear_is_no_name(said):
    with pytest.raises(ConfigError, match="no name for a lab"):
        lab_name(said)


def test_labs_of_root_are_labs_for_everybody(name, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root makes a lab of root's")
    with claim(name):
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        assert find(name) == LabEntry(name, os.getpid())
