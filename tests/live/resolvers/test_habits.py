"""What the products do with the habits that a world asks of them, measured."""

import os
import time
from collections import Counter
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace

import pytest
from dns.exception import Timeout
from dns.query import UnexpectedSource
from dns.rcode import NOERROR

from topo.netlink.namespace import create_netns, delete_netns
from topo.render import resolver_files
from topo.wait import until
from topo.world.probe_names import SHORT_TTL_S, probe_names
from topo.world.products import PRODUCTS
from topo.world.records import RecordOrder, ResolverKind, ServerChoice
from topo.world_file import load_world

from .conftest import Query, put_addresses

pytestmark = [pytest.mark.live, pytest.mark.slow]

EARTH = load_world("earth")
AHEAD = ("fra-unbound", "bom-unbound")  # whom forwarders ask
# They keep what they were asked for, so that it shows who was.
AHEAD_OF = {
    it.name: replace(it, ecs=False, min_ttl_s=60)
    for it in EARTH.resolvers
    if it.name in AHEAD
}
HOSTS = [it.name for it in EARTH.resolvers if it.name not in AHEAD]
RECURSORS = [kind for kind in ResolverKind if not PRODUCTS[kind].forwards]
FORWARDERS = [kind for kind in ResolverKind if PRODUCTS[kind].forwards]
ROUNDS = 24


def resolver(kind, name=HOSTS[0], **habits):
    """A resolver of that kind on the host of that name."""
    [own] = [it for it in EARTH.resolvers if it.name == name]
    forward_to = AHEAD[:1] if PRODUCTS[kind].forwards else ()
    return replace(own, kind=kind, ecs=False, **{"forward_to": forward_to, **habits})


@contextmanager
def running(place, *resolvers):
    """The resolvers, and before them those that they ask."""
    asked = dict.fromkeys(name for it in resolvers for name in it.forward_to)
    with ExitStack() as stack:
        for name in asked:
            stack.enter_context(place.resolving(AHEAD_OF[name]))
        for it in resolvers:
            stack.enter_context(place.resolving(it))
        yield


def orders(place, name):
    """In which orders a cached answer comes, each as often as it was seen."""
    query = Query(probe_names(EARTH, name).many)
    place.ask(name, query)
    answers = (place.ask(name, query).answer[0] for _ in range(ROUNDS))
    return Counter(tuple(it.address for it in rrset) for rrset in answers)


@pytest.mark.parametrize(
    ("kind", "order"),
    [(kind, order) for kind in ResolverKind for order in PRODUCTS[kind].orders],
)
def test_order_of_addresses(place, kind, order):
    it = resolver(kind, order=order)
    with running(place, it):
        seen = orders(place, it.name)
    first = Counter()
    for addresses, times in seen.items():
        first[addresses[0]] += times
    match order:
        case RecordOrder.FIXED:
            assert len(seen) == 1
        case RecordOrder.ROTATED:
            assert len(seen) == len(first) == 3
        case RecordOrder.RANDOM:
            assert len(seen) > 3
            assert len(first) == 3


@pytest.mark.parametrize(
    ("kind", "spread"),
    [
        pytest.param("unbound", True, id="unbound rotates"),
        pytest.param("bind9", True, id="bind9 shuffles"),
        pytest.param("pdns-recursor", False, id="pdns repeats a whole answer"),
        pytest.param("knot-resolver", True, id="knot rotates"),
        pytest.param("dnsmasq", True, id="dnsmasq rotates"),
        pytest.param("dnsdist", False, id="dnsdist repeats a whole answer"),
    ],
)
def test_order_that_products_have_by_themselves(place, kind, spread):
    it = resolver(ResolverKind(kind))
    with running(place, it):
        assert (len(orders(place, it.name)) > 1) == spread


@pytest.mark.parametrize("stale_s", [None, 60])
def test_expired_answers_while_the_authority_is_silent(place, stale_s):
    some = [
        resolver(kind, name, stale_s=stale_s)
        for kind, name in zip(RECURSORS, HOSTS, strict=False)
    ]
    with running(place, *some):
        for it in some:
            assert place.ask(it.name, Query(probe_names(EARTH, it.name).short)).answer
        with place.silent_authority():
            for it in some:
                wait_until_expired(place, it)
                assert is_answered(place, it.name) == bool(stale_s), it.kind


@pytest.mark.parametrize("stale_s", [None, 60])
@pytest.mark.parametrize("kind", FORWARDERS)
def test_expired_answers_while_the_resolver_is_gone(place, kind, stale_s):
    it = resolver(kind, stale_s=stale_s)
    name = probe_names(EARTH, AHEAD[0]).short
    query = Query(name, timeout_s=5.0)
    [ahead] = [each for each in EARTH.resolvers if each.name == AHEAD[0]]
    with ExitStack() as running_ahead:
        running_ahead.enter_context(place.resolving(ahead))
        with place.resolving(it):
            assert place.ask(it.name, query).answer
            over_s = time.monotonic() + SHORT_TTL_S + 1
            running_ahead.close()
            until("its TTL is over", lambda: time.monotonic() > over_s)
            if stale_s:
                until("it answers", lambda: answers(place, it.name, query), 30)
            else:
                assert not answers(place, it.name, query)


def answers(place, name, query):
    try:
        return bool(place.ask(name, query).answer)
    except (OSError, Timeout):
        return False


def wait_until_expired(place, it):
    """Until no answer comes at once: Knot Resolver keeps even this one for 5 s."""
    query = Query(probe_names(EARTH, it.name).short, timeout_s=0.5)

    def expired():
        try:
            return not place.ask(it.name, query).answer
        except Timeout:
            return True

    until("the answer has expired", expired, within_s=30 + SHORT_TTL_S)


def is_answered(place, name):
    try:
        answer = place.ask(name, Query(probe_names(EARTH, name).short, timeout_s=10.0))
    except Timeout:
        return False
    return answer.rcode() == NOERROR and bool(answer.answer)


NAMES = probe_names(EARTH, HOSTS[0]).cached


@pytest.mark.parametrize(
    ("kind", "choice", "least", "most"),
    [
        pytest.param("dnsmasq", "first", (16, 0), (16, 0), id="dnsmasq, first"),
        pytest.param("dnsmasq", "all", (16, 16), (16, 16), id="dnsmasq, all"),
        pytest.param("dnsdist", "first", (16, 0), (16, 0), id="dnsdist, first"),
        pytest.param("dnsdist", "rotated", (8, 8), (8, 8), id="dnsdist, rotated"),
        pytest.param("dnsdist", "random", (1, 1), (15, 15), id="dnsdist, random"),
    ],
)
def test_choice_among_servers(place, kind, choice, least, most):
    it = resolver(ResolverKind(kind), choice=ServerChoice(choice), forward_to=AHEAD)
    with running(place, it):
        for name in NAMES:
            assert place.ask(it.name, Query(name)).answer
        with place.silent_authority():
            asked = [sum(has_cached(place, to, it) for it in NAMES) for to in AHEAD]
    for times, low, high in zip(asked, least, most, strict=True):
        assert low <= times <= high, asked


def has_cached(place, name, asked):
    """Whether a resolver answers although nobody is there to be asked."""
    try:
        return bool(place.ask(name, Query(asked, timeout_s=1.0)).answer)
    except Timeout:
        return False


@pytest.mark.parametrize("kind", ResolverKind)
def test_a_shared_address_answers(place, kind):
    shared = replace(resolver(kind, AHEAD[0]), anycast="shared")
    if PRODUCTS[kind].forwards:
        shared = replace(shared, forward_to=AHEAD[1:])
    with running(place, shared):
        client = "sin-home-1"
        for family in (4, 6):
            query = Query("www.frontlab.net", client=client, family=family)
            assert place.ask("shared", query).answer


@pytest.mark.parametrize("forgets", [False, True])
def test_one_that_forgets_where_it_was_asked_answers_from_elsewhere(
    place, tmp_path, forgets
):
    odd = resolver(
        ResolverKind.UNBOUND, AHEAD[0], anycast="shared", replies_from_own=forgets
    )
    files, argv = resolver_files(odd, place.plan, str(tmp_path / "odd"))
    # Alone, as it takes every address that nobody else has.
    with alone(place, tmp_path) as there, there.running("odd", files, argv):
        query = Query("localhost", client="sin-home-1", timeout_s=1.0)
        until("it answers", lambda: has_answered(there, odd.name, query))
        with pytest.raises(UnexpectedSource) if forgets else nullcontext():
            assert there.ask("shared", query).answer


@contextmanager
def alone(place, folder):
    """The same addresses in a namespace without any program."""
    namespace = create_netns(f"t-alone-{os.getpid()}")
    try:
        put_addresses(place.plan, namespace.name)
        yield replace(place, namespace=namespace, folder=folder)
    finally:
        namespace.close()
        delete_netns(namespace.name)


def has_answered(place, name, query):
    try:
        return bool(place.ask(name, query).answer)
    except UnexpectedSource:
        return True
    except (OSError, Timeout):
        return False
