"""What `explain` and `explain-flow` say in words."""

from dataclasses import replace
from ipaddress import ip_address

import pytest

from balancer.vip.seeing.trace import Trace, Tracked
from experiments.cli.explain_flow import _row
from experiments.cli.explain_name import lines
from experiments.kit.clients.dns_exchange import Question, Reply
from experiments.kit.tracing.explained import Explained
from topo.lab.session.explain_flow import Told

CLIENT, SERVER, OTHER, VIP = map(
    ip_address, ("11.1.16.10", "11.1.3.10", "11.1.3.11", "23.0.1.80")
)
ASKED = Question("fra-home-1", SERVER, "www.frontlab.net", "A", 1232)
REPLY = Reply(61, False, 0, (VIP,), 20, None, SERVER, 1.25)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        pytest.param(None, "no answer", id="silence"),
        pytest.param(REPLY, "23.0.1.80 (fra), TTL 20 s, after 1.2 ms", id="address"),
        pytest.param(
            replace(REPLY, source=OTHER),
            "23.0.1.80 (fra), TTL 20 s, after 1.2 ms, from 11.1.3.11: "
            "who checks drops it",
            id="from elsewhere",
        ),
        pytest.param(
            replace(REPLY, addresses=(), ttl_s=None, rcode=3),
            "no address (NXDOMAIN)",
            id="no such name",
        ),
        pytest.param(
            replace(REPLY, addresses=(), ttl_s=None), "no address (NOERROR)", id="none"
        ),
    ],
)
def test_the_answer_in_words(reply, said):
    told = lines(Explained(ASKED, CLIENT, "fra", (), (), reply, "fra"))
    assert told[0] == "www.frontlab.net A, asked by fra-home-1 (fra, 11.1.16.10)"
    assert told[-1] == f"  =  {said}"


TRACE = Trace("a > b", "HASHED", "its slot's", "be1", slot=7, slots=11)


@pytest.mark.parametrize(
    ("trace", "cells"),
    [
        pytest.param(None, ("?", "?", "?", "?", "?"), id="no answer"),
        pytest.param(
            replace(TRACE, slot_backend="be2", tracked=Tracked("be1", 3.4)),
            ("be1", "7/11", "be2", "be1, 3 s ago", "HASHED"),
            id="tracked",
        ),
        pytest.param(
            replace(TRACE, backend="", slots=0, reason="NOT_A_VIP"),
            ("-", "-", "-", "-", "NOT_A_VIP"),
            id="nobody's",
        ),
    ],
)
def test_a_balancer_is_a_row(trace, cells):
    assert _row(Told("fra-lb1", trace)) == ("fra-lb1", *cells)
