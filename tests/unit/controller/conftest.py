"""The fabric that most tests of flows are about."""

import pytest
from fakes.fabrics import triangle
from fakes.flow_table import FakeFabric


@pytest.fixture
def net():
    return FakeFabric(triangle())
