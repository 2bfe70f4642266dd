import re
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest

from controller.fabric import from_json
from topo.netlink import inside
from topo.run import run
from topo.wait import until

from .scenario import ROOT, Trial, with_trial

pytestmark = pytest.mark.live

FLOWS = 200
FLOOD = 100
RYU = ROOT / ".venv-ryu" / "bin" / "python"


@pytest.fixture(params=["os_ken", "ryu"])
def run_trial(request):
    """Run a check with either framework; Ryu has an environment of its own."""
    if request.param == "os_ken":
        return with_trial
    if not RYU.exists():
        pytest.skip("needs Ryu (run ./provision.sh --ryu)")
    return lambda check: with_trial(check, "ryu", RYU)


def everyone(trial: Trial) -> tuple[list[str], list[str]]:
    """Return a host of each kind and site, and all their addresses and gateways."""
    names = ["fra-home-1", "fra-be1", "fra-lb1", "iad-ns", "iad-lb2", "syd-home-1"]
    hosts = [trial.plan.host(name) for name in names]
    targets = [str(a) for it in hosts for a in (it.address4, it.address6)]
    subnets = [trial.plan.host(name).subnet for name in ("fra-be1", "syd-home-1")]
    gateways = [str(a) for it in subnets for a in (it.gateway4, it.gateway6)]
    return names, targets + gateways


def test_everyone_reaches_everyone(run_trial):
    def check(trial: Trial) -> None:
        hosts, targets = everyone(trial)
        assert trial.unreached(hosts, targets) == []
        assert "ttl=61" in trial.ping("fra-home-1", "11.3.16.10"), "three routers"
        status = trial.status()
        assert status["framework"] == trial.framework
        assert status["errors"] == status["packets_in"] == 0
        assert status["switches"]["fra"] == {
            "connected": True,
            "flows": trial.flows("fra").count("cookie="),
            "groups": 2,
        }

    run_trial(check)


def attempt(taken: Callable[[], dict[int, str]]) -> dict[int, str]:
    """Return what arrived; nothing while the switch still sends to a dead port."""
    try:
        return taken()
    except TimeoutError:
        return {}


def test_gateways_answer_arp_for_themselves_alone():
    def check(trial: Trial) -> None:
        neighbours = [
            "ip",
            "-n",
            "fra-be1",
            "neigh",
            "flush",
            "all",
            "nud",
            "permanent",
        ]
        run(neighbours)
        assert trial.ping("fra-be1", "11.1.1.1")
        run(["ip", "-n", "fra-be1", "addr", "add", "11.1.1.77/16", "dev", "eth0"])
        assert trial.is_silent("fra-be1", "11.1.200.1")
        said = run(["ip", "-n", "fra-be1", "-4", "neigh"])
        assert "11.1.1.1 dev eth0 lladdr 02:00:01:00:00:01" in said
        assert re.search(r"11\.1\.200\.1 dev eth0.*(FAILED|INCOMPLETE)", said)

    with_trial(check)


def test_flows_spread_over_the_members_and_stay(run_trial):
    def check(trial: Trial) -> None:
        for site, members in (("fra", 4), ("iad", 2)):
            vip = trial.plan.vip("www", site)
            for address in (str(vip.address4), str(vip.address6)):
                for protocol in ("udp", "tcp"):
                    taken = trial.members_taken("syd-home-1", address, protocol, FLOWS)
                    counts = Counter(taken.values())
                    assert counts.keys() == set(vip.members)
                    assert min(counts.values()) > 0.5 * FLOWS / members, counts
                    again = trial.members_taken("syd-home-1", address, protocol, FLOWS)
                    assert again == taken

    run_trial(check)


def test_a_dead_member_moves_its_own_flows_without_the_controller():
    def check(trial: Trial) -> None:
        address = str(trial.plan.vip("www", "fra").address4)

        def taken() -> dict[int, str]:
            return trial.members_taken("syd-home-1", address, "udp", FLOWS)

        before = taken()
        trial.kill()
        trial.set_port("fra-lb2", "down")
        after = until("the others take over", lambda: attempt(taken))
        moved = {before[port] for port in before if before[port] != after[port]}
        assert moved == {"fra-lb2"}
        trial.start()
        assert taken() == after
        trial.set_port("fra-lb2", "up")
        until("fra-lb2 is back", lambda: attempt(taken) == before)

    with_trial(check)


def test_anycast_goes_to_the_nearest_site_with_a_live_member():
    def check(trial: Trial) -> None:
        address = str(trial.plan.nameserver.address4)
        for name in trial.plan.nameserver.members:
            run(["ip", "-n", name, "addr", "add", f"{address}/32", "dev", "lo"])

        def routers_between() -> int:
            found = re.search(r"ttl=(\d+)", trial.ping("syd-home-1", address))
            return 64 - int(found[1]) if found else 0

        until("Dulles answers", lambda: routers_between() == 2)
        trial.set_port("iad-lan", "down")
        until("Frankfurt answers", lambda: routers_between() == 3)
        trial.set_port("fra-lan", "down")
        until("nobody answers", lambda: routers_between() == 0)
        assert address not in trial.flows("syd")
        trial.set_port("iad-lan", "up")
        until("Dulles answers again", lambda: routers_between() == 2)

    with_trial(check)


def test_traffic_goes_round_a_wire_that_is_down(run_trial):
    def check(trial: Trial) -> None:
        def cut() -> None:
            trial.set_port("syd-iad", "down")
            until("it is told", lambda: trial.status()["links_down"] == ["iad-syd"])

        stream = trial.stream("fra-home-1", "syd-home-1", cut)
        assert stream.sent > stream.got > 0
        assert "ttl=62" in trial.ping("fra-home-1", "11.3.16.10"), "two routers"
        hosts, targets = everyone(trial)
        assert trial.unreached(hosts, targets) == []
        trial.set_port("syd-iad", "up")
        until("the quick way", lambda: "ttl=61" in trial.ping("fra-be1", "11.3.16.10"))

    run_trial(check)


def test_flows_towards_an_unreachable_site_are_removed():
    def check(trial: Trial) -> None:
        assert "nw_dst=11.3.0.0/16" in trial.flows("fra")
        trial.set_port("syd-iad", "down")
        trial.set_port("fra-syd", "down")
        both = ["iad-syd", "fra-syd"]
        until("it is told", lambda: trial.status()["links_down"] == both)
        until("no flow is left", lambda: "11.3.0.0/16" not in trial.flows("fra"))
        assert "2a11:0:3::/48" not in trial.flows("fra")
        trial.set_port("fra-syd", "up")
        until("Sydney is back", lambda: trial.ping("fra-home-1", "2a11:0:3:1000::10"))

    with_trial(check)


def test_a_killed_controller_is_restarted_without_a_lost_packet(run_trial):
    def check(trial: Trial) -> None:
        stranger = "priority=7,ip,nw_dst=192.0.2.1,actions=drop"
        flow = ["ovs-ofctl", "-O", "OpenFlow13", "add-flow", "sw-fra", stranger]
        before = trial.flows("fra").count("cookie=")

        def restart() -> None:
            trial.kill()
            run(flow)
            trial.start()

        stream = trial.stream("fra-home-1", "syd-home-1", restart)
        assert stream.got == stream.sent > 0
        assert trial.flows("fra").count("cookie=") == before
        assert "192.0.2.1" not in trial.flows("fra")

    run_trial(check)


def test_a_switch_that_comes_back_empty_is_filled_again():
    def check(trial: Trial) -> None:
        def connected() -> bool:
            return trial.status()["switches"]["fra"]["connected"]

        elsewhere = ["ovs-vsctl", "set-controller", "sw-fra", "tcp:127.0.0.1:1"]
        run(elsewhere)
        until("the switch has left", lambda: not connected())
        run(["ovs-ofctl", "-O", "OpenFlow13", "del-flows", "sw-fra"])
        assert trial.is_silent("fra-home-1", "11.3.16.10")
        run([*elsewhere[:-1], "tcp:127.0.0.1:6653"])
        reached = lambda: trial.ping("fra-home-1", "11.3.16.10")  # noqa: E731
        until("all is well", reached, within_s=30)  # it waits before it tries again

    with_trial(check)


def test_each_router_on_the_way_tells_that_a_ttl_has_ended(run_trial):
    def check(trial: Trial) -> None:
        gateways = {
            str(address): router.site
            for router in from_json(trial.fabric.read_text()).routers
            for address in router.gateways
        }
        for target in ("11.3.16.10", "2a11:0:3:1000::10"):
            told = hops("fra-home-1", target)
            assert [gateways[it] for it in told[:-1]] == ["fra", "iad", "syd"]
            assert told[-1] == target
        status = trial.status()
        assert status["packets_in"] == 0
        assert status["ttl_expired"] == 6

    run_trial(check)


def hops(host: str, target: str) -> list[str]:
    """Return who answers to echo requests of a TTL of 1, 2 and so on."""
    told: list[str] = []
    while target not in told and len(told) < 9:
        argv = ["ping", "-n", "-c1", "-W10", f"-t{len(told) + 1}", target]
        command = ["ip", "netns", "exec", host, *argv]
        said = subprocess.run(command, capture_output=True, text=True).stdout
        found = re.search(r"[Ff]rom ([0-9a-f.:]+?):? icmp_seq", said)
        told.append(found[1] if found else said)
    return told


def test_a_flood_of_packets_whose_ttl_ends_is_bounded():
    def check(trial: Trial) -> None:
        def told() -> int:
            with inside("syd-home-1"), socket.socket(type=socket.SOCK_DGRAM) as probe:
                probe.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
                for port in range(33434, 33434 + FLOOD):
                    probe.sendto(b"", ("11.1.1.10", port))
            return trial.status()["ttl_expired"]

        began_s = time.monotonic()
        until("so many were told", lambda: told() >= 400, within_s=60)
        # A hundred a second, after the hundred that it saves up and those in its queue.
        assert time.monotonic() - began_s > 1

    with_trial(check)
