from dataclasses import replace
from ipaddress import ip_address

import pytest
from fakes.runs import plan_of

from experiments.kit.clients.dns_client import Answer, Ask
from experiments.kit.names.drain import moved_share, read_answers
from topo.world.probe_names import probe_names

DUO = plan_of("duo")
DRAINED, OTHER = (DUO.vip("www", site).address4 for site in ("fra", "iad"))
RESOLVER = "iad-bind9"
NAME = probe_names(DUO.world, RESOLVER).drained[0]


def answers(*told):
    """Answers of `NAME` by the second at which they came."""
    server = DUO.host(RESOLVER).address4
    return [
        Answer(Ask(at_s, "iad-home-1", server, NAME), at_s, (address,), 5)
        for at_s, address in told
    ]


def row_of(some):
    return next(row for row in read_answers(DUO, some, 10.0) if row.name == NAME)


def test_a_name_that_moves():
    some = answers((9, DRAINED), (11, DRAINED), (12.5, DRAINED), (14, OTHER))
    row = row_of(reversed(some))
    assert (row.asked, row.stale, row.moved_s, row.held) == (3, 2, 2.5, False)
    assert (row.served_ttl_s, row.caches, row.ways) == (20, 1, 1)


@pytest.mark.parametrize(
    ("told", "moved_s", "held"),
    [
        pytest.param([(11, OTHER), (12, OTHER)], 0.0, False, id="at once"),
        pytest.param([(11, DRAINED), (12, DRAINED)], 2.0, True, id="never"),
        pytest.param([(11, OTHER), (12, DRAINED)], 2.0, True, id="back again"),
        pytest.param([], 0.0, False, id="not asked"),
    ],
)
def test_when_it_has_moved(told, moved_s, held):
    row = row_of(answers(*told))
    assert (row.moved_s, row.held) == (moved_s, held)


def test_questions_without_answer_count_nothing():
    lost = [replace(it, at_s=None, addresses=()) for it in answers((11, DRAINED))]
    empty = [replace(it, addresses=()) for it in answers((12, DRAINED))]
    assert row_of([*lost, *empty]).asked == 0


def test_moved_share():
    gone = row_of(answers((11, DRAINED), (12, OTHER)))
    held = row_of(answers((11, DRAINED)))
    assert moved_share([gone, held], 0.5) == 0.0
    assert moved_share([gone, held], 1.0) == 0.5
    assert moved_share([], 1.0) == 0.0
    assert ip_address("23.0.1.80") == DRAINED
