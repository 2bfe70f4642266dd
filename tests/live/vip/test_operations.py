"""What operators do to a balancer that forwards: no flow may notice."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from live.vip.site import ENDS_WITHIN_S, NAMES, VIP4, VIP6, Site, running_site
from live.vip.talkers import MANY, talking

from topo.run import CommandError
from topo.wait import until

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), "native") as running:
        yield running


@pytest.fixture(autouse=True)
def as_it_was(site: Site) -> Iterator[None]:
    before = site.config()
    yield
    site.configure(before)
    for name in NAMES:
        site.order("undrain", name)
    site.order("reload")
    until("all are well", site.all_healthy)


def test_a_drained_backend_keeps_its_flows_and_gets_no_new_ones(site: Site) -> None:
    with talking(site, VIP4, MANY) as talkers:
        before = talkers.ask()
        assert set(before) == set(NAMES)
        site.order("drain", "be1")
        assert {site.get(VIP4) for _ in range(12)} == {"be2"}
        assert talkers.ask() == before
        assert site.order("flows")["flows"]["be1"] >= before.count("be1")
        site.order("undrain", "be1")
        assert site.answerers(VIP4) == set(NAMES)


def test_weights_change_under_load_without_a_reset(site: Site) -> None:
    with talking(site, VIP6, MANY) as talkers:
        before = talkers.ask()
        for weight in ("3", "10", "1"):
            site.order("weight", "be2", weight)
            assert talkers.ask() == before
    slots = site.order("dump")["vips"][f"{VIP4} 80/tcp"]["slots"]
    assert abs(slots["be1"] - slots["be2"]) <= 1


def test_a_reload_adds_and_removes_backends_under_load(site: Site) -> None:
    text = site.config()
    alone = text.replace('[[pool.backend]]\nname = "be1"\naddress = "11.1.1.10"\n', "")
    assert alone != text
    with talking(site, VIP4, MANY) as talkers:
        before = talkers.ask()
        site.order("drain", "be1")
        site.configure(alone.replace('"be2"', '"be2"\nweight = 5'))
        site.order("reload")
        assert {site.get(VIP4) for _ in range(8)} == {"be2"}
        after = talkers.ask()
        stayed = [a for b, a in zip(before, after, strict=True) if b == "be2"]
        assert set(stayed) == {"be2"}
    site.configure(text)
    site.order("reload")
    until("be1 is back", lambda: site.answerers(VIP4) == set(NAMES), within_s=30)


def test_a_wrong_file_tells_everything_and_changes_nothing(site: Site) -> None:
    before, refused = site.order("dump"), site.status("lb")["reloads"]["refused"]
    text = site.config().replace('pool = "www"', 'pool = "wwww"')
    site.configure(text.replace('address = "11.1.1.10"', 'address = "be1"'))
    with pytest.raises(Exception, match="no IPv4 address") as told:
        site.order("reload")
    assert "pool[0].backend[0].address" in str(told.value)
    assert site.order("dump") == before
    assert site.status("lb")["reloads"]["refused"] == refused + 1
    assert site.get(VIP4) in NAMES


def test_a_reload_by_signal_to_another_selection_and_more_vips(site: Site) -> None:
    text = site.config() + '[[vip]]\nname = "alt"\naddress = "23.0.1.80"\nport = 81\n'
    site.configure(text + 'pool = "www"\nselection = "rendezvous"\nslots = 0\n')
    with pytest.raises(Exception, match="slots"):
        site.order("reload")
    done = site.status("lb")["reloads"]["done"]
    more = 'pool = "www"\nselection = { method = "ring", slots = 655373 }\n'
    with talking(site, VIP4, 8) as talkers:
        before = talkers.ask()
        site.configure(text + more)
        site.programs["lb"].send_signal(signal.SIGHUP)
        until("read", lambda: site.status("lb")["reloads"]["done"] > done)
        # So large a table does not fit: another program has taken over, with the flows.
        assert talkers.ask() == before
    vips = site.order("dump")["vips"]
    assert vips[f"{VIP4} 81/tcp"]["selection"] == "ring/655373"


@pytest.mark.parametrize("vip", [VIP4, VIP6], ids=["IPv4", "IPv6"])
def test_a_killed_balancer_forwards_and_its_successor_goes_on(
    site: Site, vip: str
) -> None:
    with talking(site, vip, MANY) as talkers:
        before = talkers.ask()
        site.order("drain", "be1")
        counted = site.status("lb")["counters"]["TRACKED"]
        assert site.end("lb", signal.SIGKILL) == -signal.SIGKILL
        assert talkers.ask() == before
        assert {site.get(vip) for _ in range(8)} == {"be2"}
        site.start("vip", "lb")
        assert talkers.ask() == before
        status = site.status("lb")
        assert status["adopted"] is True
        assert status["counters"]["TRACKED"] > counted
        assert {site.get(vip) for _ in range(8)} == {"be2"}


def test_a_balancer_that_leaves_is_followed(site: Site) -> None:
    with talking(site, VIP4, 8) as talkers:
        before = talkers.ask()
        assert site.order("leave") == {"leaving": True}
        assert site.programs.pop("lb").wait(ENDS_WITHIN_S) == 0
        assert talkers.ask() == before
        site.start("vip", "lb")
        assert talkers.ask() == before


def test_a_program_that_was_taken_off_is_told_and_put_back_by_a_reload(
    site: Site,
) -> None:
    assert site.status("lb")["fault"] == ""
    with talking(site, VIP4, 8) as talkers:
        before = talkers.ask()
        site.ip("lb", "link", "set", "dev", "eth0", "xdp", "off")
        until("told", lambda: site.status("lb")["fault"] == "the program is gone")
        site.order("reload")
        assert site.status("lb")["fault"] == ""
        assert talkers.ask() == before


def test_a_second_balancer_on_the_interface_ends_and_leaves_the_first(
    site: Site,
) -> None:
    argv = (sys.executable, "-m", "balancer", "vip", "--config")
    file = str(site.folder / "lb.toml")
    with pytest.raises(CommandError, match="eth0: another balancer runs there"):
        site.run("lb", *argv, file)
    assert site.get(VIP4) in NAMES


def test_a_program_of_another_layout_is_replaced_and_told(site: Site) -> None:
    site.order("leave")
    assert site.programs.pop("lb").wait(ENDS_WITHIN_S) == 0
    code = "from balancer.vip.xdp import adoption as a;"
    code += "from balancer.vip.xdp.about import About;"
    code += "c = a.legacy_at('eth0'); l = c.__enter__();"
    code += "a.tell(l.maps, About('older', l.about.memory, ()))"
    site.run("lb", sys.executable, "-c", code)
    site.start("vip", "lb")
    assert site.status("lb")["adopted"] is False
    assert site.get(VIP4) in NAMES


def test_prometheus_is_told_what_the_status_says(site: Site) -> None:
    text = site.config()
    site.configure('[metrics]\nlisten = "11.1.8.10:9100"\n' + text)
    site.end("lb")
    site.start("vip", "lb")
    for _ in range(4):
        site.get(VIP4)

    def told_so() -> bool:
        told = site.run("cl", "curl", "-sS", "http://11.1.8.10:9100/metrics")
        return expected(site) <= set(told.splitlines())

    # The last packets of a connection come when its client has long got its answer.
    until("metrics and status say the same", told_so)
    site.configure(text)
    site.end("lb")
    site.start("vip", "lb")


def expected(site: Site) -> set[str]:
    """Return lines of the metrics, as the status has it."""
    lines = {'frontlab_vip_packets_total{reason="inserted"} 4'}
    for name, backend in site.status("lb")["backends"].items():
        labels = f'{{pool="www",backend="{name}"}}'
        packets = backend["packets"]
        lines.add(f"frontlab_backend_sent_packets_total{labels} {packets}")
        lines.add(f"frontlab_backend_healthy{labels} 1")
    return lines


def test_samples_are_of_new_flows_and_bounded(site: Site) -> None:
    assert site.order("samples")["samples"] == []  # unless they are asked for
    text = site.config()
    site.configure(text.replace("[balancer]", "[balancer]\nsamples_per_second = 1"))
    began_s = time.monotonic()
    site.order("reload")  # another program, with what this one knows of flows
    for vip in (VIP4, VIP6):
        for _ in range(12):
            site.get(vip)
    samples = site.order("samples")["samples"]
    # One each second on each CPU, of which the first and the last may have begun.
    seconds = int(time.monotonic() - began_s) + 2
    assert 1 <= len(samples) <= seconds * (os.cpu_count() or 1)
    assert {sample["reason"] for sample in samples} <= {"HASHED", "INSERTED"}
    flow = samples[0]["flow"].replace(">", "").split()
    assert trace(site, *flow[1:])["backend"] == samples[0]["backend"]
    assert 0 <= samples[-1]["age_s"] <= samples[0]["age_s"] < 60


@pytest.mark.parametrize("kind", ["http", "tcp"])
def test_checks_through_the_tunnel_see_what_clients_see(site: Site, kind: str) -> None:
    text = site.config()
    for through in ("tunnel", "direct"):
        health = f'[pool.health]\nkind = "{kind}"\nthrough = "{through}"'
        site.configure(text.replace("[pool.health]", health))
        site.order("reload")
        until("all are well", site.all_healthy)
        aspects = {"tunnel": {VIP4, VIP6}, "direct": {""}}[through]
        be1 = site.order("dump")["pools"]["www"]["be1"]
        assert set(be1["checks"]) == aspects
        # Its own address still answers; only the VIP's, of one family, does not.
        site.ip("be1", "addr", "del", f"{VIP6}/128", "dev", "lo")
        try:
            if through == "tunnel":
                until("be1 is out", lambda: not site.healthy("be1"))
                assert {site.get(VIP4) for _ in range(8)} == {"be2"}
            else:
                assert site.all_healthy()
        finally:
            site.ip("be1", "addr", "add", f"{VIP6}/128", "dev", "lo", "nodad")


def test_a_killed_balancers_checks_go_on_through_the_tunnel(site: Site) -> None:
    text = site.config()
    site.configure(text.replace("[pool.health]", '[pool.health]\nthrough = "auto"'))
    for _ in range(2):
        site.end("lb", signal.SIGKILL)
        site.start("vip", "lb")
        until("all are well", site.all_healthy)
    assert len(site.order("dump")["pools"]["www"]["be1"]["checks"]) == 2


@pytest.mark.parametrize(
    ("vip", "client", "first"),
    [(VIP4, "11.1.16.10", 20100), (VIP6, "[2a11:0:1:1000::10]", 20200)],
)
def test_a_trace_says_where_a_flow_goes_and_why(
    site: Site, vip: str, client: str, first: int
) -> None:
    place = f"[{vip}]:80" if ":" in vip else f"{vip}:80"
    for port in range(first, first + 8):
        before = trace(site, f"{client}:{port}", place)
        assert (before["reason"], before["tracked"]) == ("INSERTED", None)
        url = f"http://{place}/"
        answer = site.run("cl", "curl", "-sS", "--local-port", str(port), url)
        after = trace(site, f"{client}:{port}", place)
        assert after["reason"] == "TRACKED"
        assert {before["backend"], before["slot_backend"], after["backend"]} == {answer}
        assert after["tracked"]["backend"] == answer


def test_a_trace_of_a_drained_backends_flow(site: Site) -> None:
    flow = ("11.1.16.10:20100", f"{VIP4}:80")
    owner = trace(site, *flow)["backend"]
    (other,) = set(NAMES) - {owner}
    site.order("drain", owner)
    told = trace(site, *flow)
    assert (told["backend"], told["slot_backend"]) == (owner, other)
    site.end("lb", signal.SIGKILL)
    assert trace(site, *flow) | {"tracked": None} == told | {"tracked": None}
    site.start("vip", "lb")


@pytest.mark.parametrize(
    ("place", "reason"),
    [(f"{VIP4}:443", "OTHER_PORT"), ("23.0.9.80:80", "NOT_A_VIP")],
)
def test_a_trace_of_what_is_not_balanced(site: Site, place: str, reason: str) -> None:
    assert trace(site, "11.1.16.10:20100", place)["reason"] == reason


def trace(site: Site, source: str, destination: str) -> dict[str, Any]:
    tool = (sys.executable, "-m", "balancer", "vip", "trace", "--json")
    return json.loads(site.run("lb", *tool, "tcp", source, destination))
