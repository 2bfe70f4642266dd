"""Longest-prefix match and the shortest prefix of the same value."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.nameserver.regions import Regions, cut_regions

NETWORKS = [
    (ip_network("11.0.0.0/8"), "fra"),
    (ip_network("11.2.0.0/16"), "iad"),
    (ip_network("11.2.128.0/17"), "iad"),
    (ip_network("11.2.200.0/24"), "syd"),
    (ip_network("255.255.255.0/24"), "end"),
    (ip_network("2a11::/32"), "six"),
]


@pytest.mark.parametrize(
    ("address", "value", "length"),
    [
        pytest.param("11.1.0.0", "fra", 15, id="beside the /16"),
        pytest.param("11.200.0.0", "fra", 9, id="far from it"),
        pytest.param("11.2.3.4", "iad", 17, id="lower half, joined as far as it goes"),
        pytest.param("11.2.200.9", "syd", 24, id="innermost"),
        pytest.param("11.2.201.9", "iad", 24, id="beside the innermost"),
        pytest.param("11.2.255.1", "iad", 19, id="upper half"),
        pytest.param("10.0.0.1", "home", 8, id="outside, near"),
        pytest.param("100.0.0.1", "home", 2, id="outside, far"),
        pytest.param("255.255.255.255", "end", 24, id="last address"),
    ],
)
def test_longest_match_and_scope(address, value, length):
    regions = cut_regions(4, NETWORKS, "home")
    assert regions.lookup(int(ip_address(address))) == (value, length)


def test_families_are_apart_and_nothing_means_everywhere():
    regions = cut_regions(6, NETWORKS, "home")
    assert regions.lookup(int(ip_address("2a11::1"))) == ("six", 32)
    nothing = cut_regions(6, [], "home")
    assert nothing.lookup(12345) == ("home", 0)


def test_values_that_become_the_same_are_joined():
    regions = cut_regions(4, NETWORKS, "home").mapped(lambda value: value == "syd")
    assert regions.lookup(int(ip_address("11.2.200.9"))) == (True, 24)
    assert regions.lookup(int(ip_address("11.1.0.0"))) == (False, 14 + 1)
    constant = regions.mapped(lambda value: 0)
    assert constant == Regions(32, (0,), (0,))


def prefixes_of(address, bits):
    for length in range(bits + 1):
        spare = bits - length
        low = address >> spare << spare
        yield length, low, low + (1 << spare)


# Prefixes in the top 6 bits, so that every address can be tried.
small_networks = st.dictionaries(
    st.integers(0, 6).flatmap(
        lambda length: st.tuples(st.integers(0, (1 << length) - 1), st.just(length))
    ),
    st.sampled_from("abc"),
    max_size=8,
)


@given(small_networks)
@settings(max_examples=50)
def test_against_trying_everything(found):
    networks = [
        (ip_network((number << (32 - length), length)), value)
        for (number, length), value in found.items()
    ]
    regions = cut_regions(4, networks, "home")
    values = []
    for top in range(64):
        address = ip_address(top << 26)
        around = [(n.prefixlen, v) for n, v in networks if address in n]
        values.append(max(around)[1] if around else "home")
    for top in range(64):
        length = next(
            length
            for length, low, high in prefixes_of(top, 6)
            if len(set(values[low:high])) == 1
        )
        assert regions.lookup(top << 26) == (values[top], length)
