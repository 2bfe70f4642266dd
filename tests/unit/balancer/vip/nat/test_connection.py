"""How far a connection is, and how long it may be silent."""

import pytest

from balancer.model import Protocol
from balancer.vip.nat.connection import Seen, after_backend, after_client, lifetime_s
from balancer.vip.tables.nat_limits import NatLimits
from balancer.wire.l4 import TcpFlag

LIMITS = NatLimits(open_s=1000, half_open_s=100, closed_s=10, datagram_s=50)
SYN, ACK, FIN, RST = TcpFlag.SYN, TcpFlag.ACK, TcpFlag.FIN, TcpFlag.RST
OPENED = [("c", SYN), ("b", SYN | ACK), ("c", ACK)]


def seen_after(packets: list[tuple[str, int]]) -> Seen:
    seen = Seen(0)
    for side, flags in packets:
        seen = (after_client if side == "c" else after_backend)(seen, flags)
    return seen


@pytest.mark.parametrize(
    ("packets", "silent_s"),
    [
        pytest.param([("c", SYN)], 100, id="asked for"),
        pytest.param([("c", SYN), ("c", ACK)], 100, id="never answered"),
        pytest.param([("c", SYN), ("b", SYN | ACK)], 100, id="answered"),
        pytest.param(OPENED, 1000, id="open"),
        pytest.param([*OPENED, ("c", FIN | ACK)], 1000, id="half closed by client"),
        pytest.param([*OPENED, ("b", FIN | ACK)], 1000, id="half closed by backend"),
        pytest.param([*OPENED, ("c", FIN), ("b", FIN)], 10, id="closed"),
        pytest.param([*OPENED, ("b", FIN), ("c", FIN), ("b", ACK)], 10, id="last ACK"),
        pytest.param([*OPENED, ("c", RST)], 10, id="reset by client"),
        pytest.param([("c", SYN), ("b", RST | ACK)], 10, id="refused"),
        pytest.param([*OPENED, ("c", RST), ("c", SYN)], 100, id="opened again"),
        pytest.param([("b", ACK), ("c", ACK)], 1000, id="gone on with"),
    ],
)
def test_how_long_a_connection_may_be_silent(
    packets: list[tuple[str, int]], silent_s: float
) -> None:
    assert lifetime_s(Protocol.TCP, seen_after(packets), LIMITS) == silent_s


def test_udp_has_one_time_whatever_was_seen() -> None:
    for packets in ([], [("c", 0)], [("c", 0), ("b", 0), ("c", 0)]):
        assert lifetime_s(Protocol.UDP, seen_after(packets), LIMITS) == 50
