"""The balancer's program on a stock kernel: another verifier, no JIT, strict places."""

from live.vip.million import flood
from live.vip.pair import open_pair
from vip_vectors import read_balancer

FRAMES = 5000


def test_program_and_reference_agree() -> None:
    with open_pair(read_balancer()[0]) as pair:
        assert sum(flood(pair, FRAMES, seed=1).values()) == FRAMES
