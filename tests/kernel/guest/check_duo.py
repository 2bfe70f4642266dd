"""The world `duo` runs whole on what the kernel has: netem, its switch, gre devices."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from topo.lab.lab import Lab
from topo.lab.start import Options, open_lab
from topo.run import run
from topo.sandbox import run_sandboxed
from topo.world.plan import Role
from topo.world_file import load_world

READY_WITHIN_S = 200.0  # Forks cost six times as much on this kernel.
URL = "http://www.frontlab.net/"
REQUESTS = 5


@pytest.fixture(scope="module")
def found(settled_kernel, tmp_path_factory) -> dict[str, Any]:
    """What was found in the lab by somebody inside its sandbox, which has ended."""
    answer = tmp_path_factory.mktemp("duo") / "found.json"

    def main() -> int:
        options = Options(within_s=READY_WITHIN_S)
        with open_lab("duo", load_world("duo"), options, _say) as lab:
            answer.write_text(json.dumps(_look_around(lab)))
        return 0

    assert run_sandboxed(main, "duo") == 0
    return json.loads(answer.read_text())


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def _look_around(lab: Lab) -> dict[str, Any]:
    clients = [host.name for host in lab.plan.hosts if host.role is Role.CLIENT]
    return {
        "links": [dataclasses.asdict(link) for link in lab.links],
        "wan": lab.wan.name,
        "ports": [link.a_port for link in lab.world.links],
        "qdiscs": json.loads(run(["tc", "-j", "qdisc", "show"])),
        "datapaths": run(["ovs-dpctl", "show"]),
        "answers": {client: list(_get(lab, client)) for client in clients},
        "backends": _statuses(lab, Role.BACKEND),
        "balancers": _statuses(lab, Role.BALANCER),
        "flows": run(["ovs-dpctl", "dump-flows"]),
        "dead": [role.name for role in lab.dead()],
    }


def _get(lab: Lab, client: str) -> Iterator[str]:
    """Yield the HTTP status of some requests, each on a connection of its own."""
    for _ in range(REQUESTS):
        get = ["curl", "-s", "-o", "/dev/null", "-m", "10", "-w", "%{http_code}", URL]
        yield lab.run(client, get, timeout_s=20).stdout


def _statuses(lab: Lab, role: Role) -> dict[str, Any]:
    names = [host.name for host in lab.plan.hosts if host.role is role]
    return {name: lab.status(name) for name in names}


def test_links_are_netems_and_as_long_as_asked(found):
    assert found["wan"] == "netem"
    netems = {q["dev"] for q in found["qdiscs"] if q["kind"] == "netem"}
    assert set(found["ports"]) <= netems
    for link in found["links"]:
        asked_ms, measured_ms = link["asked_ms"], link["measured_ms"]
        assert asked_ms <= measured_ms < asked_ms + max(1.0, 0.02 * asked_ms), link


def test_switches_are_the_kernels(found):
    assert found["datapaths"].startswith("system@")
    assert "eth_type(0x0800)" in found["flows"]


def test_every_client_is_answered(found):
    assert found["dead"] == []
    for client, statuses in found["answers"].items():
        assert statuses == ["200"] * REQUESTS, client


def test_gre_devices_take_off_what_the_balancers_put_on(found):
    assert {status["mode"] for status in found["backends"].values()} == {"device"}
    counted = [s["counters"]["DECAPSULATED"] for s in found["backends"].values()]
    sent = [
        backend["packets"]
        for balancer in found["balancers"].values()
        for backend in balancer["backends"].values()
    ]
    requests = REQUESTS * len(found["answers"])
    # Devices count the balancers' checks through the tunnel too, which no VIP does.
    assert sum(counted) >= sum(sent) >= 4 * requests
