"""What is no plain segment, through the real data plane: pings, errors, fragments."""

from collections.abc import Iterator

import pytest
from live.vip.site import NAMES, VIP4, VIP6, Site, running_site

pytestmark = pytest.mark.live
FAMILIES = pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])
# Sends as many octets as the first word says, with or without "may not be split" (the
# second), and prints what comes back.
DATAGRAM = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(20)
    client.setsockopt(socket.IPPROTO_IP, 10, int(sys.argv[2]))
    client.sendto(bytes(int(sys.argv[1])), (sys.argv[3], 53))
    print(client.recv(99).decode())
"""


@pytest.fixture(scope="module", params=["native", "generic"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), request.param) as running:
        yield running


@FAMILIES
def test_a_vip_answers_pings(site: Site, vip: str) -> None:
    before = counter(site, "PING")
    told = site.run("cl", "ping", "-c", "3", "-i", "0.1", "-W", "20", vip)
    assert "3 received" in told
    assert counter(site, "PING") == before + 3


@FAMILIES
def test_a_narrow_path_back_is_told_to_the_backend(site: Site, vip: str) -> None:
    family = "-6" if ":" in vip else "-4"
    before = counter(site, "ICMP_ERROR")
    site.ip("rt", "link", "set", "cl", "mtu", "1300")
    try:
        assert len(site.get(vip, "/big")) == 2_000_000
        assert counter(site, "ICMP_ERROR") > before
    finally:
        site.ip("rt", "link", "set", "cl", "mtu", "1500")
        for name in NAMES:
            site.ip(name, family, "route", "flush", "cache")


@pytest.mark.parametrize("octets", [1449, 1472], ids=["one too many", "whole MTU"])
def test_what_is_too_big_is_split(site: Site, octets: int) -> None:
    before = counter(site, "FRAGMENTED")
    assert datagram(site, octets) == octets
    assert counter(site, "FRAGMENTED") == before + 1


@pytest.mark.parametrize("octets", [3000, 9000], ids=["in three", "in seven"])
def test_fragments_arrive_whole(site: Site, octets: int) -> None:
    before = counter(site, "FRAGMENTED")
    assert datagram(site, octets) == octets
    assert counter(site, "FRAGMENTED") > before


def datagram(site: Site, octets: int) -> int:
    """Send a datagram that may be split; return how much of it has arrived."""
    return int(site.run("cl", "python3", "-c", DATAGRAM, str(octets), "0", VIP4))


def counter(site: Site, name: str) -> int:
    return site.status("lb")["counters"][name]
