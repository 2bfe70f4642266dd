"""Longest-prefix match and the shortest prefix of the same value."""

import pickle
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.nameserver.geography.regions import cut_regions

HOME, FRA, IAD, SYD, END = range(5)


def placed(*networks):
    found = [(ip_network(text), value) for text, value in networks]
    return [(int(n.network_address), n.prefixlen, value) for n, value in found]


NETWORKS = placed(
    ("11.0.0.0/8", FRA),
    ("11.2.0.0/16", IAD),
    ("11.2.128.0/17", IAD),
    ("11.2.200.0/24", SYD),
    ("255.255.255.0/24", END),
)
NETWORKS6 = placed(
    ("2a11::/32", FRA),
    ("2a11:0:0:1::/64", IAD),
    ("2a11:0:0:1::8/125", SYD),
    ("2a11:0:0:1::f/128", FRA),
    ("ffff::/16", END),
)


@pytest.mark.parametrize(
    ("address", "value", "length"),
    [
        pytest.param("11.1.0.0", FRA, 15, id="beside the /16"),
        pytest.param("11.200.0.0", FRA, 9, id="far from it"),
        pytest.param("11.2.3.4", IAD, 17, id="lower half, joined as far as it goes"),
        pytest.param("11.2.200.9", SYD, 24, id="innermost"),
        pytest.param("11.2.201.9", IAD, 24, id="beside the innermost"),
        pytest.param("11.2.255.1", IAD, 19, id="upper half"),
        pytest.param("10.0.0.1", HOME, 8, id="outside, near"),
        pytest.param("100.0.0.1", HOME, 2, id="outside, far"),
        pytest.param("255.255.255.255", END, 24, id="last address"),
        pytest.param("0.0.0.0", HOME, 5, id="first address"),
    ],
)
def test_longest_match_and_scope(address, value, length):
    regions = cut_regions(4, NETWORKS)
    assert regions.lookup(int(ip_address(address))) == (value, length)


@pytest.mark.parametrize(
    ("address", "value", "length"),
    [
        pytest.param("2a11::1", FRA, 64, id="beside the /64"),
        pytest.param("2a11:0:0:1::1", IAD, 125, id="same high word, before"),
        pytest.param("2a11:0:0:1::9", SYD, 126, id="same high word, inside"),
        pytest.param("2a11:0:0:1::f", FRA, 128, id="one address"),
        pytest.param("2a11:0:0:1:8000::", IAD, 65, id="same high word, behind"),
        pytest.param("2a11:0:0:2::", FRA, 63, id="behind the /64"),
        pytest.param("::1", HOME, 3, id="before all"),
        pytest.param("ffff::1", END, 16, id="behind all"),
    ],
)
def test_addresses_of_two_words(address, value, length):
    regions = cut_regions(6, NETWORKS6)
    assert regions.lookup(int(ip_address(address))) == (value, length)


def test_nothing_means_everywhere():
    assert cut_regions(6, []).lookup(12345) == (HOME, 0)
    assert cut_regions(4, placed(("0.0.0.0/0", SYD))).lookup(12345) == (SYD, 0)


def test_values_that_become_the_same_are_joined():
    regions = cut_regions(4, NETWORKS).mapped([0, 0, 0, 1, 0])
    assert regions.lookup(int(ip_address("11.2.200.9"))) == (1, 24)
    assert regions.lookup(int(ip_address("11.1.0.0"))) == (0, 14 + 1)
    assert regions.mapped([3, 3]) == cut_regions(4, [], 3)


@pytest.mark.parametrize("version", [4, 6])
def test_pickle_leaves_the_tables_where_they_are(version):
    regions = cut_regions(version, NETWORKS if version == 4 else NETWORKS6)
    buffers = []
    pickled = pickle.dumps(regions, 5, buffer_callback=buffers.append)
    assert len(pickled) < 300
    assert pickle.loads(pickled, buffers=buffers) == regions
    assert pickle.loads(pickle.dumps(cut_regions(version, []), 5)).lookup(1) == (0, 0)


def prefixes_of(address, bits):
    for length in range(bits + 1):
        spare = bits - length
        low = address >> spare << spare
        yield length, low, low + (1 << spare)


FAMILIES = [(4, 32, 0), (6, 128, 0), (6, 128, 61)]

# Prefixes in the top 6 bits, so that every address can be tried.
small_networks = st.dictionaries(
    st.integers(0, 6).flatmap(
        lambda length: st.tuples(st.integers(0, (1 << length) - 1), st.just(length))
    ),
    st.integers(1, 3),
    max_size=8,
)


@pytest.mark.parametrize("few", [0, 4096], ids=["by numpy", "without"])
@given(
    found=small_networks,
    family=st.sampled_from([(4, 32, 0), (6, 128, 0), (6, 128, 61)]),
)
def test_against_trying_everything(few, found, family):
    with pytest.MonkeyPatch.context() as patch:
        for module in ("regions", "starts"):
            patch.setattr(f"balancer.nameserver.geography.{module}.FEW", few)
        check_everything(found, family)


def check_everything(found, family):
    version, bits, depth = family
    spare = bits - depth - 6
    networks = [
        (number << (bits - depth - length), length + depth, value)
        for (number, length), value in found.items()
    ]
    regions = cut_regions(version, networks)
    values = []
    for top in range(64):
        around = [
            (length, value)
            for start, length, value in networks
            if start >> (bits - length) == top << spare >> (bits - length)
        ]
        values.append(max(around)[1] if around else HOME)
    for top in range(64):
        length = next(
            length
            for length, low, high in prefixes_of(top, 6)
            if len(set(values[low:high])) == 1
        )
        value, scope = regions.lookup(top << spare)
        assert value == values[top]
        assert scope == length + depth or (depth and length == 0)
