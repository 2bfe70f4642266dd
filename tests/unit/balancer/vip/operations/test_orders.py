"""Orders to a balancer, and what they answer."""

from dataclasses import replace

import pytest

from balancer.errors import ConfigError
from balancer.vip.operations.orders import Orders
from balancer.vip.operations.service import Service
from balancer.vip.pools.roster import Roster

from .services import order


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({}, "no order is None"),
        ({"do": []}, r"no order is \[\]"),
        ({"do": "drian", "backend": "a"}, 'did you mean "drain"'),
        ({"do": "drain"}, "no backend is named ''"),
        ({"do": "drain", "backend": ["a"]}, "are names"),
        ({"do": "drain", "backend": "a", "pool": "x"}, "in pool 'x'"),
        ({"do": "weight", "backend": "a"}, "no whole number"),
        ({"do": "weight", "backend": "a", "weight": True}, "no whole number"),
        ({"do": "weight", "backend": "a", "weight": 1.5}, "no whole number"),
        ({"do": "weight", "backend": "a", "weight": 1001}, "no whole number"),
        ({"do": "weight", "backend": "a", "weight": -1}, "no whole number"),
    ],
)
def test_an_order_that_makes_no_sense(
    ready: Service, request_: dict, told: str
) -> None:
    before = list(ready.forwarder.written)
    with pytest.raises(ConfigError, match=told):
        Orders(ready).handle(request_)
    assert ready.forwarder.written == before


def test_a_dump_has_everything_that_decides(ready: Service) -> None:
    order(ready, do="weight", backend="b", weight=3)
    told = order(ready, do="dump")
    assert told["pools"]["www"]["b"] | {"weight_now": 0} == {
        "number": 1,
        "weight_now": 0,
        "address": "11.1.1.11",
        "weight": 1,
        "weight_by_hand": 3,
        "healthy": True,
        "checks": {"": True},
        "serves": True,
    }
    assert told["vips"]["23.0.1.80 80/tcp"]["slots"] == {"a": 3, "b": 8}


def test_it_leaves_when_it_is_told(ready: Service) -> None:
    order(ready, do="leave")
    assert ready.ended
    assert ready.forwarder.leaves


def test_who_left_is_where_they_were(ready: Service) -> None:
    plan = replace(ready.roster.plan)
    again = Roster(plan, ready.roster.remember(), 0.0, ready.roster.tables)
    assert again.tables == ready.roster.tables
