"""Names of labs: taken once, found while held, gone with their holder."""

import os
import uuid

import pytest

from topo.lab.errors import LabError
from topo.lab.registry import LabEntry, claim, find, labs


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
    with pytest.raises(LabError, match=f"no lab named {name} is up"):
        find(name)
