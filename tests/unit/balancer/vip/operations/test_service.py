"""A balancer's life: readiness, verdicts, ramps and reloads."""

import os
from ipaddress import ip_address
from pathlib import Path

import pytest

from balancer.errors import ConfigError, FrontlabError
from balancer.model import Forwarding
from balancer.vip.operations.service import Service

from .services import CONFIG, Clock, check, order, owners


def test_it_is_ready_after_the_first_round_of_checks(
    service: Service, notified: tuple[int, int]
) -> None:
    check(service, a=True)
    with pytest.raises(BlockingIOError):
        os.read(notified[0], 1)
    assert service.forwarder.written == []
    check(service, b=False)
    assert os.read(notified[0], 1) == b"\n"
    assert owners(service) == {"a"}


def test_it_does_not_wait_for_who_may_be_dead(
    service: Service, path: Path, notified: tuple[int, int]
) -> None:
    path.write_text(CONFIG.replace("fall = 1", "fall = 2"))
    service.reload()
    check(service, a=True, b=False)
    assert os.read(notified[0], 1) == b"\n"
    assert owners(service) == {"a", "b"}
    check(service, b=False)
    assert owners(service) == {"a"}


def test_a_verdict_is_written_at_once_and_told_afterwards(ready: Service) -> None:
    check(ready, a=False)
    assert owners(ready) == {"b"}
    assert ready.healthy == {("www", "b")}


def macs_written(service: Service) -> list[bytes | None]:
    return [entry.mac for entry in service.forwarder.written[-1].backends]


def test_packets_follow_a_backends_hardware_address(ready: Service, path: Path) -> None:
    first, second = ip_address("11.1.1.10"), ip_address("11.1.1.11")
    macs = {first: b"abcdef"}
    ready.neighbours = lambda options: (
        dict(macs) if Forwarding.L2 in options.forwardings else {}
    )
    ready.note_neighbours()
    assert macs_written(ready) == [None, None]
    path.write_text(CONFIG + 'forwarding = "l2"\n')
    order(ready, do="reload")
    assert macs_written(ready) == [b"abcdef", None]
    macs |= {first: b"ABCDEF", second: b"uvwxyz"}
    ready.note_neighbours()
    assert macs_written(ready) == [b"ABCDEF", b"uvwxyz"]
    written = list(ready.forwarder.written)
    ready.note_neighbours()
    assert ready.forwarder.written == written
    mac = '"11.1.1.11"\nmac = "02:00:01:01:00:11"'
    path.write_text(path.read_text().replace('"11.1.1.11"', mac))
    order(ready, do="reload")
    assert macs_written(ready) == [b"ABCDEF", bytes.fromhex("020001010011")]


def test_what_keeps_packets_away_is_told_once_and_ends_with_a_reload(
    ready: Service, caplog: pytest.LogCaptureFixture
) -> None:
    ready.forwarder.attachment.fault = "no such interface"
    ready.look()
    ready.look()
    assert ready.fault == "no such interface"
    ready.reload()
    assert ready.fault == ""
    told = [m for m in caplog.messages if m.startswith("eth0: ")]
    assert told == [
        "eth0: nothing is forwarded: no such interface",
        "eth0: forwarding again",
    ]


def test_a_ramp_goes_by_the_clock(ready: Service, clock: Clock) -> None:
    check(ready, a=False)
    check(ready, a=True)
    shares = []
    for _ in range(7):
        clock.now_s += ready.tick(clock.now_s)
        ready.tick(clock.now_s)
        shares.append(ready.roster.weight_of("www", "a", clock.now_s))
    assert sorted(set(shares)) == [0.5, 0.75, 1]


def test_least_loaded_follows_the_flows_every_second(
    ready: Service, path: Path, clock: Clock
) -> None:
    assert not ready.roster.follows_flows()
    path.write_text(CONFIG.replace("modulo", "least_loaded").replace("11 }", "101 }"))
    order(ready, do="reload")
    ready.forwarder.flows = {0: 100, 1: 20}
    wait_s = ready.tick(clock.now_s)
    assert wait_s == 1.0
    clock.now_s += wait_s
    ready.tick(clock.now_s)
    # Both are to have 92 of the next 64 flows and those that there are: all go to b.
    slots = ready.forwarder.written[-1].slots[1]
    assert set(slots) == {1}
    ready.forwarder.flows = {0: 100, 1: 90}
    clock.now_s += 1.0
    ready.tick(clock.now_s)
    slots = ready.forwarder.written[-1].slots[1]
    assert slots.count(0) / len(slots) == pytest.approx(42.5 / 95, abs=0.03)


def test_a_reload_takes_over_what_is_known(ready: Service, path: Path) -> None:
    check(ready, b=False)
    order(ready, do="drain", backend="a")
    new = '[[pool.backend]]\nname = "c"\naddress = "11.1.1.12"\n[[vip]]'
    path.write_text(CONFIG.replace("[[vip]]", new))
    told: list[str] = []
    ready.changed = lambda: told.append("changed")
    answer = order(ready, do="reload")
    assert answer == {"reloaded": True, "weights_by_hand": {"www/a": 0}}
    assert told == ["changed"]
    states = {name: (m.alive, m.weight) for _, name, m in ready.roster.each()}
    assert states == {"a": (True, 0), "b": (False, None), "c": (None, None)}


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('pool = "www"', 'pool = "wwww"', ["no pool is named"]),
        ('"a"\naddress = "11.1.1.10"', '"b"\naddress = "x"', ["no IPv4 address"]),
        ("slots = 11", "slots = 12, options = {size = 4}", ["no option", "prime"]),
        (
            'interface = "eth0"',
            'interface = "eth1"\nxdp = "generic"',
            ["balancer.interface: only a restart", "balancer.xdp: only a restart"],
        ),
        ("[[pool]]", '[metrics]\nlisten = "127.0.0.1:9"\n[[pool]]', ["metrics: only"]),
    ],
)
def test_a_wrong_file_changes_nothing(
    ready: Service, path: Path, right: str, wrong: str, told: list[str]
) -> None:
    before, written = ready.roster, list(ready.forwarder.written)
    path.write_text(CONFIG.replace(right, wrong))
    with pytest.raises(ConfigError) as caught:
        ready.reload()
    assert all(words in str(caught.value) for words in told)
    assert ready.roster is before
    assert ready.forwarder.written == written
    assert ready.reloads == {"done": 0, "refused": 1}


def test_a_kernel_that_refuses_changes_nothing(ready: Service, path: Path) -> None:
    before, config = ready.roster, ready.config
    ready.forwarder.refuses = True
    path.write_text(CONFIG.replace("11.1.1.11", "11.1.1.12"))
    with pytest.raises(FrontlabError):
        ready.reload()
    assert (ready.roster, ready.config) == (before, config)
    assert {p for p, _ in ready.roster.alive()} == {"www"}
