"""Every tunnel, end to end, from the same network and from another."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from live.vip.site import (
    BACKENDS,
    BALANCER6,
    NAMES,
    NEAR6,
    VIP4,
    VIP6,
    Site,
    running_site,
)
from live.vip.test_forwarding import default_route
from live.vip.test_packets import datagram

from topo.wait import until

pytestmark = pytest.mark.live
FAMILIES = pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])


MODES = ("gre", "gre6", "ipip", "gue")


class Place:
    """The site, with the balancer at one place at a time; `text` is its file."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._near = folder, None
        self._opened = ExitStack()
        self.site: Site
        self.text = ""

    def move(self, near: bool) -> Site:
        """Have the balancer there; that takes seconds, so not between all tests."""
        if near != self._near:
            self.close()
            opened = running_site(self._folder, "native", near=near)
            self.site, self._near = self._opened.enter_context(opened), near
            text = (self._folder / "lb.toml").read_text()
            self.text = with_ipv6(text, NEAR6 if near else BALANCER6)
        return self.site

    def close(self) -> None:
        self._opened.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with closing(Place(tmp_path_factory.mktemp("modes"))) as place:
        yield place


@pytest.fixture(
    scope="module",
    params=[(near, mode) for near in (True, False) for mode in MODES],
    ids=[f"{where} {mode}" for where in ("same LAN", "routed") for mode in MODES],
)
def site(place: Place, request: pytest.FixtureRequest) -> Site:
    """The site, in which the balancer has been told a mode: no flow is lost by that."""
    near, mode = request.param
    site = place.move(near)
    site.get(VIP4)
    flows = site.status("lb")["flows"]
    told = place.text.replace('pool = "www"', f'pool = "www"\nforwarding = "{mode}"')
    site.configure(told)
    site.order("reload")
    vips = site.order("dump")["vips"].values()
    assert {vip["forwarding"] for vip in vips} == {mode}
    assert site.status("lb")["flows"] >= flows > 0
    until("all are well by the tunnel", site.all_healthy)
    return site


def with_ipv6(text: str, source6: str) -> str:
    """Return the configuration with IPv6 ends, and checks through the tunnel."""
    text = text.replace("gateway_mac", f'source6 = "{source6}"\ngateway_mac')
    for number, address in enumerate(BACKENDS):
        four = f'address = "{address}"'
        six = f'{four}\naddress6 = "2a11:0:1:100::1{number}"'
        text = text.replace(four, six)
    return text.replace("[pool.health]", '[pool.health]\nthrough = "tunnel"')


@FAMILIES
def test_requests_reach_every_backend_and_replies_go_past(site: Site, vip: str) -> None:
    before = [taken_off(site, name) for name in NAMES]
    assert site.answerers(vip) == set(NAMES)
    assert all(taken_off(site, n) > b for n, b in zip(NAMES, before, strict=True))
    sent = site.octets_sent()
    assert len(site.get(vip, "/big")) == 2_000_000
    assert site.octets_sent() - sent < 1_000_000


@FAMILIES
def test_a_check_sees_what_clients_see(site: Site, vip: str) -> None:
    length = "32" if vip == VIP4 else "128"
    site.ip("be1", "addr", "del", f"{vip}/{length}", "dev", "lo")
    try:
        until("be1 is out", lambda: not site.healthy("be1"))
        assert {site.get(vip) for _ in range(8)} == {"be2"}
    finally:
        site.ip("be1", "addr", "add", f"{vip}/{length}", "dev", "lo")
    until("be1 is back", lambda: site.healthy("be1"))


@FAMILIES
def test_who_sends_too_much_at_once_is_told(
    site: Site, vip: str, tmp_path: Path
) -> None:
    family = "-6" if ":" in vip else "-4"
    upload = tmp_path / "upload"
    upload.write_bytes(bytes(300_000))
    advertised = {name: default_route(site, name, family) for name in NAMES}
    before = counter(site, "TOO_BIG")
    try:
        for name, route in advertised.items():
            plain = route[: route.index("advmss")]
            site.ip(name, family, "route", "replace", *plain)
        assert site.put(vip, upload) == "200"
        assert counter(site, "TOO_BIG") > before
    finally:
        for name, route in advertised.items():
            site.ip(name, family, "route", "replace", *route)
        site.ip("cl", family, "route", "flush", "cache")


def test_what_may_be_split_arrives_whole(site: Site) -> None:
    before = counter(site, "FRAGMENTED")
    assert datagram(site, 1472) == 1472
    assert counter(site, "FRAGMENTED") == before + 1


def counter(site: Site, name: str) -> int:
    return site.status("lb")["counters"][name]


def taken_off(site: Site, name: str) -> int:
    """Return how many packets a backend has decapsulated."""
    return site.status(name)["counters"]["DECAPSULATED"]
