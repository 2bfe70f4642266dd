"""Messages in a stream, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.nameserver.transport.framing import MAX_QUERY_OCTETS, StreamCutter, frame


@given(st.lists(st.binary(max_size=50), max_size=5), st.integers(1, 20))
def test_any_cut_gives_the_same_messages(messages, step):
    stream = b"".join(frame(message) for message in messages)
    cutter = StreamCutter()
    found = []
    for start in range(0, len(stream), step):
        found += cutter.receive(stream[start : start + step])
    assert found == messages


def test_a_long_query_is_not_waited_for():
    with pytest.raises(WireError, match="4097 octets"):
        StreamCutter().receive((MAX_QUERY_OCTETS + 1).to_bytes(2, "big"))
