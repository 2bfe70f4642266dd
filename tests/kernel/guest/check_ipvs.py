"""The kernel's own balancer in our place: its table, tunnels, and a dead backend."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from topo.lab.lab import Lab
from topo.lab.paths import role_folder
from topo.lab.probes import ipvs_weights
from topo.lab.start import Options, open_lab
from topo.sandbox import run_sandboxed
from topo.wait import until
from topo.world.records import BalancerKind, World
from topo.world_file import load_world

READY_WITHIN_S = 200.0  # Forks cost six times as much on this kernel.
FETCHES = 4
URLS = ("http://23.0.1.80/", "http://[2a23:0:1::80]/")
CLIENT = {"11.1.16.10", "2a11:0:1:1000::10"}


def world() -> World:
    """The world `duo` with IPVS at Frankfurt, one balancer and nothing at Dulles."""
    duo = load_world("duo")
    fra = replace(duo.datacenters[0], balancer=BalancerKind.IPVS, balancers=1)
    return replace(duo, datacenters=(fra,))


@pytest.fixture(scope="module")
def found(settled_kernel, tmp_path_factory) -> dict[str, Any]:
    """What was found in the lab by somebody inside its sandbox, which has ended."""
    answer = tmp_path_factory.mktemp("ipvs") / "found.json"

    def main() -> int:
        options = Options(within_s=READY_WITHIN_S)
        with open_lab("ipvs", world(), options, _say) as lab:
            answer.write_text(json.dumps(_look_around(lab)))
        return 0

    assert run_sandboxed(main, "ipvs") == 0
    return json.loads(answer.read_text())


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _look_around(lab: Lab) -> dict[str, Any]:
    before = {url: list(_fetched(lab, url)) for url in URLS}
    seen = [_visitors(name) for name in ("fra-be1", "fra-be2")]
    table = _table(lab)
    os.kill(lab.supervisor.roles["fra-be1-web"].process.pid, signal.SIGKILL)
    left_out = lambda: len(ipvs_weights(_table(lab))) == len(URLS)  # noqa: E731
    until("the dead backend is left out", left_out, within_s=20)
    return {
        "table": table,
        "before": before,
        "seen": sorted(set().union(*seen)),
        "after": [name for url in URLS for name in _fetched(lab, url)],
        "dead": [role.name for role in lab.dead()],
    }


def _table(lab: Lab) -> str:
    return lab.run("fra-lb1", ["cat", "/proc/net/ip_vs"]).stdout


def _visitors(backend: str) -> set[str]:
    log = role_folder(f"{backend}-web") / "access.log"
    return {line.split()[1] for line in log.read_text().splitlines()}


def _fetched(lab: Lab, url: str) -> Iterator[str]:
    """Yield who answered some requests, each on a connection of its own."""
    for _ in range(FETCHES):
        get = ["curl", "-s", "-m", "10", url]
        yield lab.run("fra-home-1", get, timeout_s=20).stdout.strip()


def test_it_is_maglev_in_the_kernel_with_a_tunnel_to_each_backend(found):
    rows = [line.split() for line in found["table"].splitlines()]
    assert [row[2] for row in rows if row[0] == "TCP"] == ["mh", "mh"]
    assert [row[2:4] for row in rows if row[0] == "->"][1:] == [["Tunnel", "1"]] * 4


def test_fetches_are_answered_in_both_families(found):
    for names in found["before"].values():
        assert len(names) == FETCHES
        assert set(names) <= {"fra-be1", "fra-be2"}


def test_backends_see_the_client_itself(found):
    assert set(found["seen"]) <= CLIENT
    assert len(found["seen"]) == len(CLIENT)


def test_a_dead_backend_gets_nothing_more(found):
    assert found["dead"] == ["fra-be1-web"]
    assert found["after"] == ["fra-be2"] * len(URLS) * FETCHES
