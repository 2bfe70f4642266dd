"""Forwarding to hardware addresses: the exchange, who is refused, and who moves."""

import sys
from collections.abc import Iterator

import pytest
from live.vip.site import NAMES, NEAR, VIP4, VIP6, Site, running_site
from live.vip.site_text import WITHOUT_UDP

from topo.wait import until

pytestmark = pytest.mark.live
FAMILIES = pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])
# Two VIPs, of which one is that address in another family.
LAYER2 = WITHOUT_UDP.replace('pool = "www"', 'pool = "www"\nforwarding = "l2"')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("near")
    with running_site(folder, "native", LAYER2, near=True) as running:
        yield running


@FAMILIES
def test_requests_are_answered_past_the_balancer(site: Site, vip: str) -> None:
    assert site.answerers(vip) == set(NAMES)
    before = site.octets_sent()
    assert len(site.get(vip, "/big")) == 2_000_000
    assert site.octets_sent() - before < 1_000_000


@FAMILIES
def test_nothing_is_too_long_on_its_way_in(
    site: Site, vip: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    upload = tmp_path_factory.mktemp("up") / "file"
    upload.write_bytes(bytes(300_000))
    before = site.status("lb")["counters"]["TOO_BIG"]
    assert site.put(vip, upload) == "200"
    assert site.status("lb")["counters"]["TOO_BIG"] == before


def test_checks_go_to_the_vip_by_the_hardware_address(site: Site) -> None:
    text = site.config()
    through = '[pool.health]\nthrough = "tunnel"'
    site.configure(text.replace("[pool.health]", through))
    site.order("reload")
    until("all are well", site.all_healthy)
    checks = site.order("dump")["pools"]["www"]["be1"]["checks"]
    assert set(checks) == {VIP4, VIP6, ""}
    # Its own address still answers; only the VIP's, of one family, does not.
    site.ip("be1", "addr", "del", f"{VIP6}/128", "dev", "lo")
    until("be1 is out", lambda: not site.all_healthy())
    assert {site.get(VIP4) for _ in range(8)} == {"be2"}
    site.ip("be1", "addr", "add", f"{VIP6}/128", "dev", "lo", "nodad")
    until("be1 is back", site.all_healthy)
    site.end("lb")
    site.start("vip", "lb")
    until("all are well", site.all_healthy)
    assert site.answerers(VIP6) == set(NAMES)


def test_packets_follow_a_backend_to_another_hardware_address(site: Site) -> None:
    # Without being told, others would notice only when they hear nothing for a while.
    site.run("be1", "sysctl", "-qw", "net.ipv4.conf.eth0.arp_notify=1")
    site.ip("be1", "link", "set", "eth0", "address", "02:00:01:01:00:99")
    until("be1 is well", lambda: site.healthy("be1"))
    answered = lambda: site.answerers(VIP4) == set(NAMES)  # noqa: E731
    until("be1 answers again", answered)


def test_a_backend_of_another_network_is_refused_by_name(site: Site) -> None:
    before, text = site.order("dump"), site.config()
    wrong = text.replace("11.1.1.11", "11.1.16.10").replace("11.1.1.10", NEAR)
    site.configure(wrong)
    stranger = r"11\.1\.16\.10 of .be2. is in no network of eth0 \(11\.1\.1\.0/24\)"
    told = rf"of .be1. is the balancer's own(.|\n)*{stranger}"
    with pytest.raises(Exception, match=told):
        site.order("reload")
    assert site.order("dump") == before
    with pytest.raises(Exception, match=told):  # and so is a start
        file = str(site.folder / "lb.toml")
        site.run("lb", sys.executable, "-m", "balancer", "vip", "--config", file)
    site.configure(text)
    assert site.answerers(VIP6) == set(NAMES)
