"""The backend's Python reference on every named frame, and on anything else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vip_strategies import frames
from vip_vectors import Packet, read_backend, read_connections

from balancer.backend.strip import strip
from balancer.backend.verdict import Reason, Stripped

RULES, PACKETS = read_backend()
CONNECTIONS = read_connections()


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(packet: Packet) -> None:
    verdict = strip(packet.frame, RULES, CONNECTIONS.__contains__)
    assert type(verdict).__name__ == packet.verdict
    assert verdict.reason.name == packet.counter
    assert (getattr(verdict, "frame", packet.frame),) == packet.outputs


@given(frame=st.binary(max_size=80) | frames(RULES.mac, [(4, 1), (6, 1)]))
def test_any_bytes_get_a_verdict(frame: bytes) -> None:
    assert not isinstance(strip(frame, RULES), Stripped)


def test_reasons_are_those_of_the_program() -> None:
    header = Path("balancer/backend/bpf/reasons.h").read_text()
    body = header[header.index("{") : header.index("REASONS")]
    words = [line.strip(" \t,") for line in body.splitlines() if line.endswith(",")]
    assert words == [reason.name for reason in Reason]
