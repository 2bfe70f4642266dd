"""What is told of a flow's translation."""

from balancer.model import FiveTuple, Protocol
from balancer.vip.nat.connection import Seen
from balancer.vip.nat.table import Translation
from balancer.vip.seeing.told import tell

FLOW = FiveTuple(4, 0x0B01100A, 0x17000150, Protocol.TCP, 40000, 80)
ANSWER = FiveTuple(4, 0x0B01010A, 0x0B01080A, Protocol.TCP, 80, 20000)
NOW_S = 100.0


def entry(flow: FiveTuple = FLOW, backend: int = 1) -> Translation:
    return Translation(flow, backend, 0, NOW_S - 3, Seen.ANSWERED | Seen.OPEN)


def test_a_flow_that_has_a_port() -> None:
    told = tell(FLOW, 1, {ANSWER: entry()}, {ANSWER: entry()}, NOW_S)
    assert told is not None
    assert told.line() == (
        "tcp 11.1.16.10:40000 > 23.0.1.80:80 is tcp 11.1.8.10:20000 > 11.1.1.10:80, "
        "open, idle for 3.0 s"
    )


def test_a_flow_that_would_get_one_that_another_had() -> None:
    other = FLOW._replace(source_port=1)
    told = tell(FLOW, 1, {ANSWER: entry(other)}, {ANSWER: entry()}, NOW_S)
    assert told is not None
    assert (told.state, told.idle_s) == ("new", 0.0)


def test_a_flow_at_another_backend_is_another() -> None:
    known = {ANSWER: entry()}
    assert tell(FLOW, 2, known, known, NOW_S) is None
