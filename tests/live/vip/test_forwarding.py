"""Requests through the real data plane: XDP, GRE, direct server return."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from live.vip.site import BACKENDS, NAMES, VIP4, VIP6, Site, running_site

from topo.wait import until

pytestmark = pytest.mark.live
FAMILIES = pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])


@pytest.fixture(scope="module", params=["native", "generic"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), request.param) as running:
        assert running.status("lb")["mode"] == request.param
        yield running


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    file = tmp_path / "upload"
    file.write_bytes(bytes(300_000))
    return file


@FAMILIES
def test_requests_reach_every_backend(site: Site, vip: str) -> None:
    assert site.answerers(vip) == set(NAMES)


@FAMILIES
def test_replies_do_not_pass_the_balancer(site: Site, vip: str) -> None:
    before = bytes_at_balancer(site)
    assert len(site.get(vip, "/big")) == 2_000_000
    # What passes is acknowledgements, of every segment if need be, and checks.
    assert bytes_at_balancer(site) - before < 1_000_000


@FAMILIES
def test_uploads_fit_because_backends_advertise_less(
    site: Site, vip: str, upload: Path
) -> None:
    before = site.status("lb")["counters"]["TOO_BIG"]
    assert site.put(vip, upload) == "200"
    assert site.status("lb")["counters"]["TOO_BIG"] == before


@FAMILIES
def test_a_packet_too_big_is_answered(site: Site, vip: str, upload: Path) -> None:
    family = "-6" if ":" in vip else "-4"
    advertised = {name: default_route(site, name, family) for name in NAMES}
    before = site.status("lb")["counters"]["TOO_BIG"]
    try:
        for name, route in advertised.items():
            plain = route[: route.index("advmss")]
            site.ip(name, family, "route", "replace", *plain)
        assert site.put(vip, upload) == "200"
        assert site.status("lb")["counters"]["TOO_BIG"] > before
    finally:
        for name, route in advertised.items():
            site.ip(name, family, "route", "replace", *route)
        site.ip("cl", family, "route", "flush", "cache")


def test_a_dead_backend_is_left_out_until_it_is_back(site: Site) -> None:
    site.stop_server("be1")
    until("be1 is out", lambda: not site.healthy("be1"))
    assert {site.get(VIP4) for _ in range(12)} == {"be2"}
    site.start_server("be1")
    until("be1 is back", lambda: site.healthy("be1"))
    assert site.answerers(VIP4) == set(NAMES)


def test_a_stranger_is_not_decapsulated(site: Site) -> None:
    before = site.status("be1")["counters"]["STRANGER"]
    inner = bytes.fromhex("00000800") + bytes(40)
    code = (
        "import socket, sys;"
        "s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE);"
        f"s.sendto(bytes.fromhex('{inner.hex()}'), ('{BACKENDS[0]}', 0))"
    )
    site.run("cl", "python3", "-c", code)
    counted = lambda: site.status("be1")["counters"]["STRANGER"] > before  # noqa: E731
    until("the stranger is counted", counted)


def test_other_ports_of_a_vip_are_refused_and_counted(site: Site) -> None:
    before = site.status("lb")["counters"]["OTHER_PORT"]
    code = (
        "import socket;"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
        f"s.sendto(b'?', ('{VIP4}', 54))"
    )
    site.run("cl", "python3", "-c", code)
    counted = lambda: site.status("lb")["counters"]["OTHER_PORT"] > before  # noqa: E731
    until("the packet is counted", counted)


def test_every_connection_is_tracked(site: Site) -> None:
    before = site.status("lb")
    site.get(VIP4)
    after = site.status("lb")
    assert after["counters"]["INSERTED"] == before["counters"]["INSERTED"] + 1
    assert after["counters"]["TRACKED"] > before["counters"]["TRACKED"]
    assert after["flows"] == before["flows"] + 1


def bytes_at_balancer(site: Site) -> int:
    (link,) = json.loads(site.ip("rt", "-s", "-j", "link", "show", "lb"))
    return int(link["stats64"]["rx"]["bytes"] + link["stats64"]["tx"]["bytes"])


def default_route(site: Site, host: str, family: str) -> list[str]:
    return site.ip(host, family, "route", "show", "default").split()
