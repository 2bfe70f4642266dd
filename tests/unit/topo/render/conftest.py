"""The plans of our own worlds."""

import pytest

from topo.world.plan import make_plan
from topo.world_file import load_world


@pytest.fixture(scope="session")
def duo():
    return make_plan(load_world("duo"))


@pytest.fixture(scope="session")
def earth():
    return make_plan(load_world("earth"))
