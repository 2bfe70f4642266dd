import random
from statistics import fmean

import pytest
from fakes.runs import plan_of

from experiments.kit.clients.dns_client import Answer, Ask
from experiments.kit.judging.variation import (
    predicted_variation,
    variation_of,
    variation_range,
)
from experiments.kit.names.population import (
    TOTAL_QPS,
    make_crowds,
    ratios,
    read_replies,
    variation,
)

DUO = plan_of("duo")
FRA, IAD = (DUO.vip("www", site).address4 for site in ("fra", "iad"))
CROWDS = make_crowds(DUO, random.Random(1))


def answers(crowd, *told):
    server = DUO.host(crowd.resolver).address4
    return [
        Answer(Ask(at_s, "x", server, crowd.name), at_s, (address,), ttl_s)
        for at_s, address, ttl_s in told
    ]


def test_crowds_follow_zipfs_law():
    assert sum(crowd.weight for crowd in CROWDS) == pytest.approx(1)
    assert CROWDS[0].weight == pytest.approx(4 * CROWDS[3].weight)
    rates_qps = [crowd.rate_qps for crowd in CROWDS]
    assert sum(rates_qps) == pytest.approx(TOTAL_QPS)
    assert rates_qps == sorted(rates_qps, reverse=True)
    assert len({crowd.name for crowd in CROWDS}) == len(CROWDS) == 10
    assert {crowd.resolver for crowd in CROWDS} == {"fra-unbound", "iad-bind9"}


def test_answers_are_split_into_the_replies_that_they_came_of():
    crowd = CROWDS[0]
    some = answers(
        crowd,
        (0.1, FRA, 5),
        (1.1, FRA, 4),
        (4.9, FRA, 0),
        (5.3, FRA, 5),  # the same place again, by a new reply
        (6.0, IAD, 5),  # as no cache does
        (9.0, IAD, 3),  # rounded up
    )
    rows = list(read_replies(DUO, [crowd], reversed(some)))
    told = [(row.from_s, row.site, row.requests) for row in rows]
    assert told == [(0.1, "fra", 3), (5.3, "fra", 1), (6.0, "iad", 2)]


def test_everybody_at_one_place_is_all_the_variation_there_is():
    rows = [
        row
        for crowd in CROWDS
        for row in read_replies(DUO, [crowd], answers(crowd, (0.1, FRA, 5)))
    ]
    other = list(read_replies(DUO, CROWDS[-1:], answers(CROWDS[-1], (0.1, IAD, 5))))
    assert variation([*rows[:-1], *other]) == pytest.approx(1, abs=0.1)


def test_ratios_need_names_enough():
    assert ratios([]) == (0.0, 0.0)


def test_variation_is_that_of_the_closed_form():
    source, weights = random.Random(2), [1 / rank for rank in range(1, 31)]
    weights = [weight / sum(weights) for weight in weights]
    low, high = variation_range(weights, 3, 4, source)
    expected = predicted_variation(weights, 3)
    assert low < expected < high
    squares = []
    for _ in range(3000):
        shares = [0.0] * 3
        for weight in weights:
            shares[source.randrange(3)] += weight
        squares.append(variation_of([shares]) ** 2)
    assert fmean(squares) == pytest.approx(expected**2, rel=0.1)


def test_even_shares_do_not_vary():
    assert variation_of([[0.5, 0.5], [0.5, 0.5]]) == 0
    assert variation_of([[1.0, 0.0]]) == 1
    assert variation_of([]) == 0
