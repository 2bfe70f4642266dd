"""Who may end everything."""

import pytest

from balancer.errors import FrontlabError
from topo.sandbox.ending import end_all


def test_nobody_but_pid_1_ends_everything():
    with pytest.raises(FrontlabError, match="only PID 1"):
        end_all()
