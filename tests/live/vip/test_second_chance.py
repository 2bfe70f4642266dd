"""Connections through a balancer that remembers none, while its table changes."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from live.vip.site import (
    NAMES,
    VIP4,
    VIP6,
    Site,
    pass_at_router,
    running_site,
)
from live.vip.site_text import WITHOUT_UDP
from live.vip.talkers import MANY, talking

from topo.wait import until

pytestmark = pytest.mark.live
FAMILIES = pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])
FLOWS = MANY
# A connection that asks for much, but not before it is told to.
LATER = """
import http.client, sys
flow = http.client.HTTPConnection(sys.argv[1], 80, timeout=30)
flow.request("GET", "/")
print(flow.getresponse().read().decode(), flush=True)
sys.stdin.readline()
flow.request("GET", "/big")
print(len(flow.getresponse().read()))
"""
RESET = {"ConnectionResetError", "RemoteDisconnected", "BrokenPipeError"}
FORGETFUL = WITHOUT_UDP.replace('pool = "www"', 'pool = "www"\ntracking = "off"')
CHANCED = FORGETFUL.replace('"off"', '"off"\nsecond_chance = true')


@pytest.fixture(scope="module", params=["native", "generic"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, request.param, CHANCED) as running:
        pass_at_router(running, *NAMES)
        yield running


@pytest.fixture
def cookies(site: Site) -> Iterator[None]:
    """Have backends remember no connection that only begins."""
    for name, value in [(name, value) for value in (2, 1) for name in NAMES]:
        if (name, value) == (NAMES[0], 1):
            yield
        site.run(name, "sysctl", "-qw", f"net.ipv4.tcp_syncookies={value}")


def handed_on(site: Site) -> int:
    return sum(site.status(name)["counters"]["HANDED_ON"] for name in NAMES)


@FAMILIES
def test_connections_live_on_where_they_are(site: Site, vip: str) -> None:
    with talking(site, vip, FLOWS) as talkers:
        there = talkers.ask()
        assert set(there) == set(NAMES)
        for name in NAMES:
            before = handed_on(site)
            site.order("drain", name)
            assert talkers.ask() == there
            assert handed_on(site) > before
            site.order("undrain", name)
            assert talkers.ask() == there


@FAMILIES
def test_connections_that_begin_after_a_change_are_the_new_owner_s(
    site: Site, vip: str, cookies: None
) -> None:
    site.order("drain", "be1")
    before = handed_on(site)
    with talking(site, vip, FLOWS) as talkers:
        assert set(talkers.ask()) == {"be2"}
    assert handed_on(site) == before
    site.order("undrain", "be1")


@FAMILIES
def test_who_is_handed_a_connection_hears_of_a_narrow_path(
    site: Site, vip: str
) -> None:
    argv = site.argv("cl", sys.executable, "-c", LATER, vip)
    with subprocess.Popen(
        argv, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin and process.stdout
        owner = process.stdout.readline().strip()
        before = handed_on(site)
        try:
            site.order("drain", owner)
            site.ip("rt", "link", "set", "cl", "mtu", "1400")
            said, _ = process.communicate("\n", timeout=60)
        finally:
            site.ip("rt", "link", "set", "cl", "mtu", "1500")
            site.order("undrain", owner)
        assert said.strip() == "2000000"
        assert handed_on(site) > before


def test_backends_are_checked_at_the_vips(site: Site) -> None:
    direct = site.config()
    site.configure(direct.replace("[pool.health]", '[pool.health]\nthrough = "tunnel"'))
    site.order("reload")
    passed = {VIP4: True, VIP6: True}
    until("all checks pass", lambda: all(it == passed for it in checks(site)))
    site.configure(direct)
    site.order("reload")
    until("they are direct", lambda: passed not in checks(site))


def checks(site: Site) -> list[dict[str, bool]]:
    return [it["checks"] for it in site.order("dump")["pools"]["www"].values()]


def test_without_it_they_are_reset(site: Site) -> None:
    chanced = site.config()
    site.configure(chanced.replace("second_chance = true", ""))
    site.order("reload")
    with talking(site, VIP4, FLOWS) as talkers:
        there = talkers.ask()
        site.order("drain", "be1")
        said = talkers.ask()
    reset = {n for n, answer in enumerate(said) if answer in RESET}
    assert reset == {n for n, name in enumerate(there) if name == "be1"}
    site.order("undrain", "be1")
    site.configure(chanced)
    site.order("reload")
