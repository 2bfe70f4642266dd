"""What the kernel answers, and that no bytes at all make the parser loop or raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.netlink.answers import Answer, parse_answers

ACK = "24000000 0200 0001 05000000 00000000 00000000" + "00" * 16
EXISTS = "24000000 0200 0001 06000000 00000000 efffffff" + "00" * 16
REMARK = (
    "30000000 0200 0002 07000000 00000000 eaffffff" + "00" * 16 + "0b000100 6e6f7065"
    "212100 00"
)


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(ACK, [Answer(5, 0, "")], id="success"),
        pytest.param(EXISTS, [Answer(6, 17, "")], id="File exists"),
        pytest.param(REMARK, [Answer(7, 22, "nope!!")], id="with a remark"),
        pytest.param(ACK + EXISTS, [Answer(5, 0, ""), Answer(6, 17, "")], id="two"),
        pytest.param("10000000 0300 0000 05000000 00000000", [], id="other message"),
    ],
)
def test_answers(data, answers):
    assert list(parse_answers(bytes.fromhex(data))) == answers


@given(st.binary(max_size=200))
def test_any_bytes_end(data):
    for answer in parse_answers(data):
        assert isinstance(answer.remark, str)
