"""Which questions XDP is given, and whose answer is which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.geography.regions import cut_regions
from balancer.nameserver.policies.asker import Asker, ClientAddress
from balancer.nameserver.xdp.hot import Limits, hot_questions
from balancer.nameserver.xdp.table import Region, regions_of
from balancer.wire.dns.names import name_from_text, name_to_text

BITS = {4: 32, 6: 128}


def question(found, name, type_=1):
    [it] = [q for q in found if (q.name, q.type) == (name_from_text(name), type_)]
    return it


@pytest.fixture(scope="module")
def found(zones):
    return hot_questions(zones)


def test_steered_names_come_first(zones, found):
    steered = [it.name in zones.find(it.name).steered for it in found]
    assert steered == sorted(steered, reverse=True)
    assert len({(it.name, it.type) for it in found}) == len(found)


def test_addresses_alone_and_no_hidden_names(found):
    assert {it.type for it in found} == {1, 28}
    texts = {name_to_text(it.name) for it in found}
    assert {"www.gslb.net", "ns.gslb.net"} <= texts
    assert not texts & {"many.gslb.net", "hidden.gslb.net", "ns.child.gslb.net"}


def test_regions_are_the_choices_of_the_policy(zones, found):
    it = question(found, "www.gslb.net")
    steered = zones.find(it.name).steered[it.name][1]
    for version, regions in zip((4, 6), it.regions, strict=True):
        for address, length, answer in regions:
            last = address + (1 << (BITS[version] - length)) - 1
            for value in (address, last):
                client = ClientAddress(version, value)
                chosen = steered.seat.policy.choose(Asker(client, client))
                assert chosen == (answer, length)


@pytest.mark.parametrize(
    "limits",
    [Limits(questions=2), Limits(answers=2), Limits(regions=1)],
    ids=["questions", "answers", "regions"],
)
def test_limits_leave_questions_out(zones, found, limits):
    fewer = hot_questions(zones, limits)
    assert set(fewer) < set(found)
    assert len(fewer) <= limits.questions
    answers = {it.answers for it in fewer}
    assert sum(map(len, answers)) <= limits.answers
    sizes = [len(each) for it in fewer if it.regions for each in it.regions]
    assert all(size <= limits.regions for size in sizes)


prefixes = st.integers(0, 12).flatmap(
    lambda length: st.tuples(
        st.integers(0, (1 << length) - 1).map(lambda n: n << (32 - length)),
        st.just(length),
        st.integers(0, 3),
    )
)


@given(st.lists(prefixes, max_size=8, unique_by=lambda it: it[:2]))
def test_regions_cover_a_family_once(placed):
    lookup = cut_regions(4, placed).lookup
    regions = regions_of(lambda client: lookup(client.value), 4, 10_000)
    end = 0
    for address, length, answer in regions:
        assert address == end
        assert address % (1 << (32 - length)) == 0
        assert lookup(address) == (answer, length)
        end += 1 << (32 - length)
    assert end == 1 << 32


def test_regions_beyond_the_limit_are_none():
    halves = [(0, 1), (1, 1)]
    choose = lambda client: halves[client.value >> 31]  # noqa: E731
    assert regions_of(choose, 4, 2) == (Region(0, 1, 0), Region(1 << 31, 1, 1))
    assert regions_of(choose, 4, 1) is None
