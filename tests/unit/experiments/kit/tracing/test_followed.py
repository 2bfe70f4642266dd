import pytest
from fakes.captures import FlowScript
from fakes.runs import fetches, plan_of

from experiments.kit.clients.http_client import Fetch, Request
from experiments.kit.clients.visits import Visit
from experiments.kit.tracing.followed import bound_length, follow

PLAN = plan_of("duo")
CLIENT, VIP = PLAN.host("fra-office-1"), PLAN.vip("www", "iad")


@pytest.mark.parametrize(
    ("family", "request_length", "body", "replies", "octets"),
    [
        # SYN 60, ACK 52, request 52 + 100, one segment + FIN and its ACK 3 * 52
        pytest.param(4, 100, 8, 3, 60 + 52 + 152 + 3 * 52, id="small"),
        pytest.param(4, 100, 100_000, 71, 60 + 52 + 152 + 72 * 52, id="large"),
        pytest.param(6, 100, 100_000, 72, 80 + 72 + 172 + 73 * 72, id="IPv6"),
        pytest.param(
            4, 100, 100_000, 82, 60 + 52 + 152 + 72 * 52 + 10 * 72, id="sent again"
        ),
    ],
)
def test_bound(
    family: int, request_length: int, body: int, replies: int, octets: int
) -> None:
    assert bound_length(family, request_length, body, replies) == octets


def test_a_row_says_where_and_whether() -> None:
    row = next(it for it in fetches(PLAN) if it.client == "fra-office-1")
    assert (row.datacenter, row.wanted, row.best) == ("iad", "iad", "fra")
    assert not row.subnet_sent
    assert row.rtt_asked_ms == 40.0
    assert row.rtt_ms == pytest.approx(40.2, abs=0.1)
    assert row.proven
    assert row.request_packets == 4
    assert row.tunnel_length == row.request_length + 24 * 4


@pytest.mark.parametrize(
    ("fetched", "reason"),
    [
        pytest.param(None, "the resolver told no A record", id="no answer"),
        pytest.param(
            Fetch(Request("www", VIP.address4, 80, "/"), 0, 0, 0, 3.0, "refused"),
            "/: refused",
            id="no connection",
        ),
        pytest.param(
            Fetch(Request("www", VIP.address4, 80, "/"), 41000, 200, 8, 3.0),
            "none of its packets was captured",
            id="not captured",
        ),
    ],
)
def test_a_visit_that_failed_is_a_row_too(fetched: Fetch | None, reason: str) -> None:
    vip = None if fetched is None else VIP.address4
    [row] = follow(PLAN, [Visit(CLIENT, "A", vip, fetched)], [])
    assert (row.proven, row.reason) == (False, reason)


def test_the_flow_is_found_by_the_clients_port() -> None:
    balancer, backend = PLAN.host("iad-lb1"), PLAN.host("iad-be2")
    script = FlowScript(CLIENT, balancer, backend, VIP.address6, 41001).play()
    fetched = Fetch(Request("www", VIP.address6, 80, "/"), 41001, 200, 8, 3.0)
    [row] = follow(PLAN, [Visit(CLIENT, "AAAA", VIP.address6, fetched)], script.frames)
    assert (row.family, row.balancer, row.backend) == (6, "iad-lb1", "iad-be2")
    assert row.outer == f"GRE {balancer.address4} > {backend.address4}"
