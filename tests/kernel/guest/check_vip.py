"""The balancer's program on a stock kernel: another verifier, no JIT, strict places."""

from dataclasses import replace

import pytest
from live.vip.million import flood
from live.vip.pair import open_pair
from live.vip.test_backend_reference import compare, connected
from vip_vectors import read_backend, read_balancer

from balancer.backend.decap import open_decapsulation
from balancer.model import Forwarding
from balancer.vip.xdp.datapath import open_datapath

FRAMES = 5000


def test_program_and_reference_agree() -> None:
    with open_pair(read_balancer()[0]) as pair:
        assert sum(flood(pair, FRAMES, seed=1).values()) == FRAMES


@pytest.mark.parametrize("mode", Forwarding, ids=lambda mode: mode.name)
def test_it_loads_for_one_mode_alone(mode: Forwarding) -> None:
    tables = read_balancer()[0].all_up
    options = replace(tables.options, forwardings=frozenset({mode}), splits=False)
    with open_datapath(replace(tables, options=options)) as datapath:
        assert "vip" in datapath.programs


def test_the_backend_s_program_agrees_too() -> None:
    rules, packets = read_backend()
    with connected(), open_decapsulation(rules) as program:
        for packet in packets:
            compare(rules, program, packet.frame)
