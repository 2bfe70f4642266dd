"""One balancer for each interface."""

import os

import pytest

from balancer.errors import FrontlabError
from balancer.vip.operations.claim import claimed

NAME = f"claim{os.getpid()}"


def test_an_interface_is_held_by_one_until_it_ends() -> None:
    told = f"{NAME}: another balancer runs"
    with (
        claimed(NAME),
        claimed(NAME + "b"),
        pytest.raises(FrontlabError, match=told),
        claimed(NAME),
    ):
        raise AssertionError
    with claimed(NAME):
        pass
