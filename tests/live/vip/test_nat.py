"""Forwarding by translation: both directions through the balancer, and its ports."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from live.vip.site import (
    BALANCER6,
    NAMES,
    NEAR6,
    VIP4,
    VIP6,
    Site,
    running_site,
)
from live.vip.site_text import WITHOUT_UDP
from live.vip.talkers import MANY, talking

pytestmark = pytest.mark.live
FAMILIES = pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])
NAT = (
    WITHOUT_UDP.replace('pool = "www"', 'pool = "www"\nforwarding = "nat"')
    .replace('"11.1.1.10"', '"11.1.1.10"\naddress6 = "2a11:0:1:100::10"')
    .replace('"11.1.1.11"', '"11.1.1.11"\naddress6 = "2a11:0:1:100::11"')
)


@pytest.fixture(scope="module", params=["far", "near"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    near = request.param == "near"
    source6 = f'[balancer]\nsource6 = "{NEAR6 if near else BALANCER6}"'
    text = NAT.replace("[balancer]", source6)
    folder = tmp_path_factory.mktemp(request.param)
    with running_site(folder, "native", text, near=near) as running:
        yield running


@FAMILIES
def test_both_directions_go_through_the_balancer(
    site: Site, vip: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert site.answerers(vip) == set(NAMES)
    before = returned(site)
    assert len(site.get(vip, "/big")) == 2_000_000
    assert returned(site) - before > 2_000_000
    upload = tmp_path_factory.mktemp("up") / "file"
    upload.write_bytes(bytes(1_000_000))
    assert site.put(vip, upload) == "200"
    assert site.status("lb")["counters"]["TOO_BIG"] == 0


@FAMILIES
def test_backends_see_the_balancer_and_many_connections_have_ports(
    site: Site, vip: str
) -> None:
    before = site.status("lb")
    url = f"http://[{vip}]/" if ":" in vip else f"http://{vip}/"
    many = ["--no-keepalive", *[url] * 100, *["-o", "/dev/null"] * 100]
    site.run("cl", "curl", "-sS", "-m", "60", "-H", "Connection: close", *many)
    after = site.status("lb")
    # Some of those before may have been closed for long enough to be swept meanwhile.
    assert 100 <= after["translations"] <= before["translations"] + 100
    assert after["counters"]["NO_PORT"] == before["counters"]["NO_PORT"]


@FAMILIES
def test_a_narrow_path_back_is_told_to_the_backend(site: Site, vip: str) -> None:
    family = "-6" if ":" in vip else "-4"
    before = site.status("lb")["counters"]["ICMP_ERROR"]
    site.ip("rt", "link", "set", "cl", "mtu", "1300")
    try:
        assert len(site.get(vip, "/big")) == 2_000_000
        assert site.status("lb")["counters"]["ICMP_ERROR"] > before
    finally:
        site.ip("rt", "link", "set", "cl", "mtu", "1500")
        for name in NAMES:
            site.ip(name, family, "route", "flush", "cache")


@FAMILIES
def test_a_killed_balancers_successor_has_all_flows(site: Site, vip: str) -> None:
    with talking(site, vip, MANY) as talkers:
        before = talkers.ask()
        assert set(before) == set(NAMES)
        assert site.end("lb", signal.SIGKILL) == -signal.SIGKILL
        assert talkers.ask() == before
        site.start("vip", "lb")
        assert talkers.ask() == before
        assert site.status("lb")["adopted"] is True


def test_a_reload_to_another_size_keeps_all_flows(site: Site) -> None:
    with talking(site, VIP4, 8) as talkers:
        before = talkers.ask()
        with config(site, "nat_flows = 4096"):
            assert talkers.ask() == before
        assert talkers.ask() == before


def test_a_trace_tells_of_ports_in_both_directions(site: Site) -> None:
    # A port that no other connection of the client's has had.
    client, place = "11.1.16.10:20100", f"{VIP4}:80"
    before = trace(site, client, place)
    assert before["translated"]["state"] == "new"
    site.run("cl", "curl", "-sS", "--local-port", "20100", f"http://{place}/")
    after = trace(site, client, place)
    translated = after["translated"]
    assert translated["state"] == "closed"
    assert translated["backend"] == before["translated"]["backend"]
    ours, theirs = translated["backend"].removeprefix("tcp ").split(" > ")
    back = trace(site, theirs, ours)
    assert back["reason"] == "RETURNED"
    assert (back["backend"], back["translated"]["client"]) == (
        after["backend"],
        f"tcp {client} > {place}",
    )


def trace(site: Site, source: str, destination: str) -> dict[str, Any]:
    tool = (sys.executable, "-m", "balancer", "vip", "trace", "--json")
    told: dict[str, Any] = json.loads(site.run("lb", *tool, "tcp", source, destination))
    return told


def test_ports_that_are_all_in_use_are_refused_and_counted(site: Site) -> None:
    with config(site, 'nat_ports = "20000-20001"'), talking(site, VIP4, 1) as first:
        talking_to = first.ask()
        before = site.status("lb")["counters"]["NO_PORT"]
        statuses = [fetch(site) for _ in range(6)]
        assert statuses.count(200) <= 3
        assert site.status("lb")["counters"]["NO_PORT"] > before
        # Nobody has got the port of the flow that was there first.
        assert first.ask() == talking_to


def test_ports_that_the_machine_takes_itself_are_refused(site: Site) -> None:
    before = site.order("dump")
    told = pytest.raises(Exception, match=r"balancer.nat_ports: .*32768-60999")
    with told, config(site, 'nat_ports = "30000-33000"'):
        pass
    assert site.order("dump") == before


@contextmanager
def config(site: Site, setting: str) -> Iterator[None]:
    """Have a setting of the balancer's in force."""
    text = site.config()
    site.configure(text.replace("[balancer]", f"[balancer]\n{setting}"))
    try:
        site.order("reload")
        yield
    finally:
        site.configure(text)
    site.order("reload")


def fetch(site: Site) -> int:
    """Try a request, and do not wait for long; return 0 when nobody answered."""
    command = ("curl", "-s", "-m", "0.2", "-o", "/dev/null", "-w", "%{http_code}")
    argv = site.argv("cl", *command, f"http://{VIP4}/")
    return int(subprocess.run(argv, capture_output=True).stdout)


def returned(site: Site) -> int:
    backends = site.status("lb")["backends"].values()
    return sum(backend["returned_bytes"] for backend in backends)
