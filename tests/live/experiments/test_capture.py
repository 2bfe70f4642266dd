"""Captures at the network's end of a link: what goes in and out of a namespace."""

import os
import socket
import time
from collections.abc import Iterator

import pytest

from experiments.kit.packets.capture import SNAP_LENGTH, Capture, Port, capturing
from experiments.kit.packets.sighting import sightings
from topo.run import run
from topo.wait import until

pytestmark = pytest.mark.live

NAME, INSIDE, OUTSIDE = f"flcap{os.getpid()}", "11.250.0.2", "11.250.0.1"
ECHO_PORT = 7


@pytest.fixture
def link() -> Iterator[Port]:
    """A namespace with one link; the network's end of it is in this namespace."""
    run(["ip", "netns", "add", NAME])
    try:
        pair = f"link add {NAME}0 type veth peer name eth0 netns {NAME}"
        run(["ip", *pair.split()])
        run(["ip", *f"address add {OUTSIDE}/24 dev {NAME}0".split()])
        run(["ip", *f"link set {NAME}0 up".split()])
        run(["ip", *f"-n {NAME} address add {INSIDE}/24 dev eth0".split()])
        run(["ip", *f"-n {NAME} link set eth0 up".split()])
        yield Port("inside", f"{NAME}0")
        # A namespace that is deleted ends its links only some time later.
        run(["ip", "link", "del", f"{NAME}0"])
    finally:
        run(["ip", "netns", "del", NAME])


def send(sizes: list[int]) -> None:
    """Send datagrams of these sizes into the namespace, where nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for size in sizes:
            sender.sendto(bytes(size), (INSIDE, ECHO_PORT))


def sent_and_seen(capture: Capture, sizes: list[int]) -> None:
    """Send datagrams, and wait until they have come by, and an answer with them."""
    send(sizes)
    frames = capture.frames
    until("all are seen", lambda: len(frames) + capture.lost >= len(sizes))
    until(
        "the last is seen",
        lambda: capture.lost or (True, sizes[-1]) in datagrams(capture),
    )
    until("an answer", lambda: any(not frame.to_host for frame in frames))


def datagrams(capture: Capture) -> list[tuple[bool, int]]:
    return [(it.frame.to_host, it.payload_length) for it in sightings(capture.frames)]


def test_frames_have_direction_length_and_time(link: Port) -> None:
    before_ns = time.time_ns()
    with capturing([link]) as capture:
        sent_and_seen(capture, [10, 1400])
    after_ns = time.time_ns()
    assert [it for it in datagrams(capture) if it[0]] == [(True, 10), (True, 1400)]
    answers = [frame for frame in capture.frames if not frame.to_host]
    assert answers  # ARP, and ICMP's port unreachable
    for frame in capture.frames:
        assert before_ns <= frame.time_ns <= after_ns
        assert len(frame.data) == min(frame.length, SNAP_LENGTH)
    assert capture.lost == 0


def test_memory_is_bounded_and_what_it_cost_is_told(link: Port) -> None:
    with capturing([link], frames_max=5) as capture:
        sent_and_seen(capture, [10] * 50)
    assert len(capture.frames) == 5
    assert capture.lost >= 45


def test_nothing_is_seen_before_and_after(link: Port) -> None:
    with capturing([link]) as before:
        sent_and_seen(before, [10])
    with capturing([link]) as capture:
        pass
    send([10])
    assert datagrams(capture) == []


def test_a_port_that_is_down_ends_no_capture(link: Port) -> None:
    down = Port("gone", f"{NAME}2")
    run(["ip", *f"link add {down.interface} type veth peer name {NAME}3".split()])
    try:
        run(["ip", *f"link set {down.interface} up".split()])
        with capturing([down, link]) as capture:
            run(["ip", *f"link set {down.interface} down".split()])
            sent_and_seen(capture, [10])
    finally:
        run(["ip", "link", "del", down.interface])
    assert (True, 10) in datagrams(capture)
