"""Policies: whose lot is which, how far that holds, and what steering changes."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.geography.places import (
    make_geography,
    make_latencies,
)
from balancer.nameserver.geography.scale import Scale
from balancer.nameserver.geography.text import parse_prefix
from balancer.nameserver.policies.asker import Asker, ClientAddress
from balancer.nameserver.policies.knowledge import Knowledge
from balancer.nameserver.policies.make import make_policy
from balancer.nameserver.policies.order import Order
from balancer.nameserver.policies.spec import (
    AllDown,
    By,
    Candidate,
    Kind,
    Spec,
    Spread,
)
from balancer.nameserver.policies.steering import SiteState, SteeringMap

SITES = ("fra", "iad", "syd")
RTT_MS = {
    "fra": {"fra": 0.5, "iad": 88.0, "syd": 280.0},
    "iad": {"fra": 88.0, "iad": 0.5, "syd": 220.0},
    "syd": {"fra": 280.0, "iad": 220.0, "syd": 0.5},
    "sin": {"fra": 160.0, "iad": 230.0, "syd": 95.0},
}
NETWORKS = (
    ("11.1.0.0/16", "fra"),
    ("11.2.0.0/16", "iad"),
    ("11.3.0.0/16", "syd"),
    ("11.4.0.0/16", "sin"),
    ("2a11:3::/32", "syd"),
)
DOWN, DRAINED = SiteState(healthy=False), SiteState(drained=True)


def known(networks=NETWORKS, measured=(), home="fra", demand=None, **sites):
    placed = [(parse_prefix(text), location) for text, location in networks]
    return Knowledge(
        SteeringMap(1, sites, demand or {}),
        make_geography(placed, Scale(RTT_MS, {}), home),
        make_latencies((parse_prefix(text), rtt_ms) for text, rtt_ms in measured),
    )


def spec(kind, *, sites=SITES, weights=(), addresses=1, **options):
    candidates = tuple(
        Candidate(site, addresses, weight)
        for site, weight in zip(sites, weights or [1.0] * len(sites), strict=True)
    )
    return Spec(kind, candidates, **options)


def asker(client, resolver="11.2.0.1"):
    return Asker(ClientAddress.from_text(client), ClientAddress.from_text(resolver))


def says(policy, client, resolver="11.2.0.1"):
    """Return the one arrangement for a client, and its scope."""
    lot, scope = policy.choose(asker(client, resolver))
    return policy.lots[lot].fixed, scope


@pytest.mark.parametrize(
    ("kind", "sites", "expected"),
    [
        pytest.param(Kind.STATIC, {}, (0, 1, 2, 3, 4, 5), id="static"),
        pytest.param(Kind.STATIC, {"iad": DOWN}, (0, 1, 4, 5), id="static, one down"),
        pytest.param(Kind.FAILOVER, {}, (0, 1), id="failover"),
        pytest.param(Kind.FAILOVER, {"fra": DOWN}, (2, 3), id="failover, first down"),
        pytest.param(
            Kind.FAILOVER, {"fra": DRAINED}, (2, 3), id="failover, first drained"
        ),
    ],
)
def test_the_same_for_everybody(kind, sites, expected):
    policy = make_policy(spec(kind, addresses=2), known(**sites))
    assert says(policy, "11.1.0.1") == (expected, 0)
    assert policy.by_resolver


@pytest.mark.parametrize(
    ("weights", "sites", "shares"),
    [
        pytest.param((1, 1, 2), {}, {0: 0.25, 1: 0.25, 2: 0.5}, id="by weight"),
        pytest.param((1, 1, 2), {"syd": DOWN}, {0: 0.5, 1: 0.5}, id="one down"),
        pytest.param((1, 0, 0), {"fra": DOWN}, {1: 0.5, 2: 0.5}, id="spares take over"),
        pytest.param((1, 0, 0), {}, {0: 1.0}, id="weight 0 is never drawn"),
    ],
)
def test_weighted(weights, sites, shares):
    policy = make_policy(spec(Kind.WEIGHTED, weights=weights), known(**sites))
    [lot] = policy.lots
    draw = lot.draws(Random(7).random)
    seen = Counter(draw()[0] for _ in range(4000))
    assert seen.keys() == shares.keys()
    for site, share in shares.items():
        assert seen[site] / 4000 == pytest.approx(share, abs=0.03)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param("11.3.0.1", ((2,), 16), id="on the map"),
        pytest.param("11.4.9.9", ((2,), 16), id="nearest to another place"),
        pytest.param("12.0.0.1", ((0,), 6), id="elsewhere: near the server"),
        pytest.param("2a11:3::1", ((2,), 32), id="IPv6"),
        pytest.param("fe80::1%eth0", ((0,), 1), id="link-local"),
    ],
)
def test_nearest(client, expected):
    assert says(make_policy(spec(Kind.NEAREST), known()), client) == expected


def test_nearest_that_is_up_and_scopes_are_joined():
    policy = make_policy(spec(Kind.NEAREST), known(syd=DOWN))
    assert says(policy, "11.3.0.1") == ((1,), 15), "11.3/16 is like 11.2/16 now"
    alone = make_policy(spec(Kind.NEAREST), known(iad=DOWN, syd=DOWN))
    assert says(alone, "11.3.0.1") == ((0,), 0), "one answer for all"


def test_one_family_alone_is_not_everybody():
    policy = make_policy(spec(Kind.NEAREST), known([("::/0", "iad")]))
    assert says(policy, "11.0.0.1") == ((0,), 1)
    assert says(policy, "2a11::1") == ((1,), 1)


def test_of_equally_near_sites_the_first():
    unknown = spec(Kind.NEAREST, sites=("lhr", "nrt"))
    assert says(make_policy(unknown, known()), "11.3.0.1") == ((0,), 0)


def test_by_resolver_has_scope_0():
    policy = make_policy(spec(Kind.NEAREST, by=By.RESOLVER), known())
    assert says(policy, "11.1.0.1", "11.3.0.1") == ((2,), 0)
    assert policy.by_resolver


MEASURED = (
    ("11.1.128.0/17", {"iad": 20.0, "fra": 90.0}),
    ("11.3.0.0/24", {"fra": 3.0}),
)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param("11.1.200.1", ((1,), 17), id="measured, against geography"),
        pytest.param("11.1.1.1", ((0,), 17), id="unmeasured: by place, on both maps"),
        pytest.param("11.3.0.9", ((0,), 24), id="measured to one site"),
        pytest.param("11.3.1.9", ((2,), 24), id="beside it"),
        pytest.param("11.3.128.9", ((2,), 17), id="farther off"),
        pytest.param("2a11:3::1", ((2,), 32), id="a family without measurements"),
    ],
)
def test_latency(client, expected):
    policy = make_policy(spec(Kind.LATENCY), known(measured=MEASURED))
    assert says(policy, client) == expected


def test_latency_to_a_site_that_is_down_is_none():
    policy = make_policy(spec(Kind.LATENCY), known(measured=MEASURED, fra=DOWN))
    assert says(policy, "11.3.0.9")[0] == (2,)


FULL_FRA = {
    "fra": SiteState(load=200, capacity=100),
    "iad": SiteState(load=10, capacity=60),
    "syd": SiteState(load=10, capacity=500),
}


def shares_of(policy, client, draws=4000):
    lot, scope = policy.choose(asker(client))
    draw = policy.lots[lot].draws(Random(3).random)
    seen = Counter(draw()[0] for _ in range(draws))
    return {site: seen[site] / draws for site in sorted(seen)}, scope


def test_load_spills_to_the_next_nearest_with_room():
    policy = make_policy(spec(Kind.LOAD), known(**FULL_FRA))
    shares, scope = shares_of(policy, "11.1.0.1")
    # 100 of 200 stay; 50 fill iad, the last 50 go to syd.
    assert shares == pytest.approx({0: 0.5, 1: 0.25, 2: 0.25}, abs=0.03)
    assert scope == 15, "11.0/16, off the map, is near the server: it shares as well"
    assert says(policy, "11.3.0.1") == ((2,), 16)


def test_load_is_nearest_when_nothing_is_known_of_loads():
    plain = make_policy(spec(Kind.LOAD), known())
    near = make_policy(spec(Kind.NEAREST), known())
    for client in ("11.1.0.1", "11.2.0.1", "11.4.0.1", "99.0.0.1", "2a11:3::1"):
        assert says(plain, client) == says(near, client)


def test_the_load_of_a_site_that_is_down_goes_elsewhere():
    sites = FULL_FRA | {"fra": SiteState(healthy=False, load=200, capacity=100)}
    shares, _ = shares_of(make_policy(spec(Kind.LOAD), known(**sites)), "11.1.0.1")
    # iad takes the same part of what its own and fra's clients ask: 60 of 210.
    assert shares == pytest.approx({1: 60 / 210, 2: 150 / 210}, abs=0.03)


def test_demand_by_location():
    sites = {"fra": SiteState(capacity=100), "syd": SiteState(capacity=60)}
    demand = {"fra": 100.0, "sin": 80.0, "syd": 40.0}
    policy = make_policy(spec(Kind.LOAD), known(demand=demand, **sites))
    # 120 ask syd for 60; the other half goes on to what is next for each.
    assert shares_of(policy, "11.3.0.1")[0] == pytest.approx({1: 0.5, 2: 0.5}, abs=0.03)
    assert says(policy, "11.1.0.1")[0] == (0,)


def test_a_subnet_keeps_its_share():
    wanted = spec(Kind.LOAD, spread=Spread.SUBNET)
    policy = make_policy(wanted, known(**FULL_FRA))
    chosen = [says(policy, f"11.1.{net}.9") for net in range(256)]
    assert chosen == [says(policy, f"11.1.{net}.200") for net in range(256)]
    assert {scope for _, scope in chosen} == {24}
    shares = Counter(site for (site,), _ in chosen)
    assert shares[0] / 256 == pytest.approx(0.5, abs=0.1)
    assert says(policy, "11.3.0.1") == ((2,), 16), "no share, no subnet"


def test_sticky_by_subnet():
    policy = make_policy(spec(Kind.STICKY), known())
    before = {net: says(policy, f"11.{net % 9}.{net}.9") for net in range(256)}
    assert {scope for _, scope in before.values()} == {24}
    assert says(policy, "2a11::1")[1] == 56
    assert min(Counter(site for site, _ in before.values()).values()) > 256 / 3 * 0.7
    after = make_policy(spec(Kind.STICKY), known(iad=DOWN))
    for net, (site, _) in before.items():
        now = says(after, f"11.{net % 9}.{net}.77")[0]
        assert now == site or site == (1,), "only the dead site's clients move"


def test_sticky_by_weight_and_by_resolver():
    light = make_policy(spec(Kind.STICKY, weights=(1, 1, 0)), known())
    assert {says(light, f"11.0.{net}.9")[0] for net in range(64)} == {(0,), (1,)}
    policy = make_policy(spec(Kind.STICKY, by=By.RESOLVER), known())
    assert says(policy, "11.1.0.1")[1] == 0
    assert says(policy, "11.1.0.1") == says(policy, "99.1.0.1")


ALL_DOWN = {"fra": DOWN, "iad": DOWN, "syd": DOWN}


@pytest.mark.parametrize("kind", list(Kind))
def test_all_down(kind):
    served = make_policy(spec(kind), known(**ALL_DOWN))
    hidden = make_policy(spec(kind, all_down=AllDown.NODATA), known(**ALL_DOWN))
    healthy = make_policy(spec(kind), known())
    assert says(served, "11.3.0.1") == says(healthy, "11.3.0.1")
    assert says(hidden, "11.3.0.1") == ((), 0)


def test_order_within_the_answer_of_a_site():
    wanted = spec(Kind.NEAREST, addresses=2, order=Order.ROTATED)
    policy = make_policy(wanted, known())
    draw = policy.lots[policy.choose(asker("11.2.0.1")).lot].draws(None)
    assert [draw(), draw(), draw()] == [(2, 3), (3, 2), (2, 3)]


addresses = st.integers(0, (1 << 128) - 1)
states = st.sampled_from([SiteState(), DOWN, DRAINED, SiteState(True, False, 9, 5)])


@given(
    st.sampled_from(list(Kind)),
    st.fixed_dictionaries({site: states for site in SITES}),
    st.sampled_from([(4, 32, 11 << 24), (6, 128, 0x2A11 << 112)]),
    addresses,
    addresses,
)
def test_clients_inside_one_scope_have_one_lot(kind, sites, family, client, other):
    """RFC 7871: an answer holds for the whole prefix of its scope."""
    version, bits, start = family
    wanted = spec(kind, spread=Spread.SUBNET)
    policy = make_policy(wanted, known(measured=MEASURED, **sites))
    base = ClientAddress(version, start | client % (1 << (bits - 8)) >> client % 9)
    lot, scope = policy.choose(Asker(base, base))
    spare = bits - scope
    value = base.value >> spare << spare | other % (1 << spare)
    inside = ClientAddress(version, value)
    assert policy.choose(Asker(inside, base)) == (lot, scope)
