"""Comparing with nftables: the same backends for both, and what the figures mean."""

from ipaddress import IPv4Address
from struct import unpack_from

import pytest

from balancer.model import Tracking
from balancer.wire.checksum import checksum, pseudo_header4
from balancer.wire.l4 import TCP_SIZE
from experiments.bench.vip import answers, balanced, nft

CHECKED_FROM, TCP_AT = 14, 34


def test_rules_number_the_backends_of_a_vip():
    backends = [IPv4Address("11.1.1.1"), IPv4Address("11.1.1.2")]
    text = nft.rules(IPv4Address("23.0.1.80"), 80, backends)
    assert "ip daddr 23.0.1.80 tcp dport 80 dnat to jhash" in text
    assert "mod 2 map { 0 : 11.1.1.1, 1 : 11.1.1.2 }" in text


@pytest.mark.parametrize("tracking", Tracking)
def test_a_segment_has_the_checksums_that_conntrack_asks_for(tracking):
    frame = balanced.segment(tracking)
    source, destination = unpack_from("!II", frame, CHECKED_FROM + 12)
    pseudo = pseudo_header4(source, destination, TCP_SIZE, 6)
    assert checksum(frame[CHECKED_FROM:TCP_AT]) == 0
    assert checksum(pseudo + frame[TCP_AT:]) == 0


def test_added_time_is_what_is_more_than_with_nobody_between():
    cpu_us = {answers.DIRECT: 100.0, answers.OURS: 120.0, answers.NFT: 140.0}
    *_, whole, added = answers._of_connections(cpu_us)
    assert (whole.value, whole.met) == (pytest.approx(140 / 120), None)
    assert (added.value, added.target, added.met) == (2.0, 1.3, True)


@pytest.mark.parametrize(("nft_octets", "met"), [(120_000, True), (110_000, False)])
def test_octets_are_compared_in_both_ways_of_packets(nft_octets, met):
    kinds = answers.MERGED, answers.SINGLE
    octets = {f"{kind}, {answers.OURS}": 400.0 for kind in kinds}
    octets |= {f"{kind}, {answers.NFT}": nft_octets for kind in kinds}
    *_, merged, single = answers._of_octets(octets)
    assert (merged.value, merged.met) == (nft_octets / 400, met)
    assert (single.value, single.met) == (nft_octets / 400, None)
