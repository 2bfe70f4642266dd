"""The kernel's table of translated flows: full, swept, forgotten."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from live.vip.pair import LIMITS, Pair, now_s, open_pair
from vip_vectors import LONG_S, read_balancer

from balancer.vip.tables.nat_limits import NatLimits

pytestmark = pytest.mark.live

BALANCING, PACKETS = read_balancer()
SYN = next(p for p in PACKETS if p.name == "IPv4 NAT: SYN gets the first candidate")
SMALL = NatLimits(first_port=20_000, ports=16, flows=40)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with open_pair(BALANCING, replace(LIMITS, nat=SMALL)) as opened:
        yield opened


def syn_from(host: int) -> bytes:
    frame = bytearray(SYN.frame)
    frame[28:30] = host.to_bytes(2, "big")  # the last half of the source
    return bytes(frame)


def test_a_full_table_takes_nobody_in_until_somebody_is_over(pair: Pair) -> None:
    pair.start(BALANCING.tables())
    before = sent(pair)
    for host in range(100):
        pair.run(syn_from(host))
    pair.compare()
    assert sent(pair) - before == SMALL.flows
    known = pair.datapath.translations.read()
    assert len(known) == SMALL.flows  # and ports of its three backends are left
    assert pair.counted()["NO_PORT"] == 60
    silent = {a: replace(t, used_s=now_s() - LONG_S) for a, t in known.items()}
    pair.start(BALANCING.tables(), translations=silent)
    for host in range(100, 130):
        pair.run(syn_from(host))
    pair.compare()
    taken = pair.datapath.translations.read()
    assert len(taken) == SMALL.flows
    assert pair.counted()["HASHED"] > 20


def test_what_is_over_is_swept_and_a_backends_are_forgotten(pair: Pair) -> None:
    texts = [
        "tcp 11.1.16.10:1 > 23.0.1.88:80 at be1 by 20000 3",
        "tcp 11.1.16.10:2 > 23.0.1.88:80 at be1 by 20001 3 silent",
        "udp 11.1.16.10:3 > 23.0.1.88:53 at be2 by 20000 0",
        "udp 11.1.16.10:4 > 23.0.1.88:53 at be2 by 20001 0 silent",
    ]
    translations = BALANCING.translations(texts, now_s())
    pair.start(BALANCING.tables(), translations=translations)
    assert pair.datapath.translations.count() == 4
    pair.datapath.translations.sweep(SMALL)
    assert clients(pair) == {1, 3}
    pair.datapath.forget([BALANCING.names.index("be1")], [])
    assert clients(pair) == {3}


def sent(pair: Pair) -> int:
    """Return how many packets count as sent on to a backend."""
    numbers = range(len(BALANCING.names))
    return sum(pair.datapath.backend_traffic(number).packets for number in numbers)


def clients(pair: Pair) -> set[int]:
    """Return the clients' ports of all flows that have one of ours."""
    flows = pair.datapath.translations.read().values()
    return {each.flow.source_port for each in flows}
