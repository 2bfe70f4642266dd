"""From packets to a row."""

from dataclasses import replace

from fakes.forwardings import BACKEND4, BALANCER4, CLIENT4, VIP4, forwarded, frame, tcp
from fakes.runs import plan_of

from balancer.wire.l4 import TcpFlag
from experiments.kit.forwarding.expected import OVERHEAD
from experiments.kit.forwarding.probe import Passed
from experiments.kit.forwarding.row import (
    Downloads,
    ForwardingRow,
    Found,
    Full,
    Single,
    row_of,
)
from experiments.kit.forwarding.target import Target, targets
from experiments.kit.forwarding.transfers import Transfer
from experiments.kit.packets.peeled import Packet, packets

TOKEN = b"/?probe"
SMALL = Transfer(40000, 200, 8, 0.4, 0.6)
LARGE = Transfer(40001, 200, 100_000, 0.4, 3.0)


def target(mode: str = "gre") -> Target:
    found = next(it for it in targets(plan_of("forwarding")) if it.mode == mode)
    return replace(found, vip=VIP4, client=replace(found.client, address4=CLIENT4))


def asked(ends: tuple[int, int] = (40000, 80)) -> list[bytes]:
    syn = tcp(CLIENT4, VIP4, ends, flags=TcpFlag.SYN)
    return [syn, tcp(CLIENT4, VIP4, ends, payload=b"GET /?probe HTTP/1.1\r\n\r\n")]


def seen(*octets: bytes, to_host: bool = True) -> list[Packet]:
    return list(packets(frame(it, to_host=to_host) for it in octets))


def row(at_balancer: list[Packet], at_backends: list[Packet]) -> ForwardingRow:
    answer = tcp(
        VIP4, CLIENT4, (80, 40000), b"\2\4\5\x8c", flags=TcpFlag.SYN | TcpFlag.ACK
    )
    at_client = [*seen(*asked(), to_host=False), *seen(answer)]
    passed = Passed(1476, 24, (1476, 1476), 0)
    single = Single(SMALL, at_client, at_backends, passed, SMALL)
    downloads = Downloads([LARGE], at_balancer)
    found = Found([SMALL, SMALL, Transfer()], downloads, single, Full(Transfer(), 3))
    return row_of(target(), found, TOKEN)


def test_a_tunnel_is_counted_in_and_out() -> None:
    inner = asked((40001, 80))
    outer = [forwarded("gre", it) for it in inner]
    at_balancer = [*seen(*inner), *seen(*outer, to_host=False)]
    check = tcp(BALANCER4, BACKEND4, (33000, 80), payload=b"GET /health")
    found = row([*at_balancer, *seen(check, to_host=False)], seen(*outer))
    assert found.carried == sum(map(len, [*inner, *outer]))
    assert (found.overhead_least, found.overhead_most, found.forwarded) == (24, 24, 2)
    assert (found.replies, found.delivered, found.share) == (
        0,
        1e5,
        found.carried / 1e5,
    )
    assert (found.asked, found.fetched, found.connect_ms) == (4, 3, 0.4)
    assert (found.mss, found.uploaded, found.uploaded_full) == (1420, True, False)


def test_a_proxy_has_connections_in_the_clients_place() -> None:
    data = [tcp(BACKEND4, BALANCER4, (80, 33000), payload=bytes(1400))] * 8
    back = [tcp(VIP4, CLIENT4, (80, 40001), payload=bytes(1400))] * 8
    found = row([*seen(*data), *seen(*back, to_host=False)], [])
    assert found.carried == 16 * 1440
    assert (found.replies, found.forwarded) == (8, 0)


def test_the_probe_is_found_at_a_backend_by_what_it_says() -> None:
    other = tcp(CLIENT4, VIP4, (40009, 80), payload=b"GET / HTTP/1.1\r\n\r\n")
    found = row([], seen(other, *asked()))
    assert (found.sent, found.same) == (2, 2)
    assert row([], seen(other)).same == 0


def test_a_world_has_each_mode_and_product_in_both_families() -> None:
    found = list(targets(plan_of("forwarding")))
    names = [it.name for it in found]
    assert len(set(names)) == len(names)
    assert {it.mode for it in found if it.is_ours} == set(OVERHEAD)
    assert {it.mode for it in found if not it.is_ours} == {"nftables", "haproxy"}
    assert all(it.client.site == it.balancers[0].site for it in found)
