"""What the relay is told survives the wire, and nonsense is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from topo.relay.messages import (
    AddLink,
    ChangeLink,
    Message,
    RemoveLink,
    SyncCounters,
    from_wire,
    to_wire,
)
from topo.world.records import Shape

SHAPES = (Shape(10.0, 1.0, 0.01, 100.0, 20.0), Shape(75.5))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(AddLink("a-b", "b-a", 4, 1500, True, *SHAPES), id="add"),
        pytest.param(ChangeLink("a-b", "b-a", *SHAPES), id="change"),
        pytest.param(RemoveLink("a-b", "b-a"), id="remove"),
        pytest.param(SyncCounters(), id="sync"),
    ],
)
def test_round_trip(message: Message) -> None:
    assert from_wire(to_wire(message)) == message


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff", id="not text"),
        pytest.param(b"[1]", id="not an object"),
        pytest.param(b'{"op": "fly"}', id="unknown"),
        pytest.param(b'{"op": "remove", "a": "x"}', id="incomplete"),
        pytest.param(b'{"op": "change", "a": "x", "b": "y", "forward": 1}', id="shape"),
    ],
)
def test_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        from_wire(data)


@given(st.binary(max_size=50))
def test_any_bytes_parse_or_raise(data: bytes) -> None:
    with contextlib.suppress(WireError):
        from_wire(data)
