"""A sandbox whose processes hold many packet sockets ends without waiting for each."""

import os
import signal
import socket
import statistics
import subprocess
import sys
import time

import pytest

from topo.closing import close_together
from topo.sandbox import run_sandboxed
from topo.sandbox.process import readable
from topo.wait import until

from .machine import on_machine

pytestmark = pytest.mark.live

# The kernel takes 8 to 16 ms for each, alone; but next to none while somebody changes
# interfaces, when it does not wait for its grace periods (synchronize_net).
COUNT = 30
ALONE_AT_LEAST_S = COUNT * 0.004
FASTER = 2.5
ROUNDS = 5

HOLDER = f"""
import socket
import statistics
held = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) for _ in range({COUNT})]
print(flush=True)
input()
"""


def holder():
    """Start a process that holds packet sockets; return it once it does."""
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    return process


def seconds_to_kill(process):
    """Return how long the process takes to its end, and with it its sockets."""
    with os.fdopen(os.pidfd_open(process.pid)) as handle:
        began_s = time.monotonic()
        signal.pidfd_send_signal(handle.fileno(), signal.SIGKILL)
        assert readable([handle.fileno()], 10)
        return time.monotonic() - began_s


def seconds_to_end_sandbox():
    """Return how long a sandbox with such a process takes from main's end on."""
    reader, writer = os.pipe()

    def main():
        holder()
        os.write(writer, str(time.monotonic()).encode())
        return 0

    assert run_sandboxed(main, "trial") == 0
    gone_s = time.monotonic()
    ended_s = float(os.read(reader, 100))
    os.close(reader)
    os.close(writer)
    return gone_s - ended_s


def test_packet_sockets_are_closed_together():
    # Both within a sandbox, for the same network namespace to close them in.
    def body():
        compare(lambda: seconds_to_kill(holder()), seconds_to_end_sandbox)

    on_machine(body)


def compare(alone, together):
    """Fail unless the second is much faster, in most of some rounds.

    A round counts when the first has taken its usual time both before and after.
    """
    shares = []

    def compared():
        before_s, together_s, after_s = alone(), together(), alone()
        alone_s = min(before_s, after_s)
        if alone_s > ALONE_AT_LEAST_S:
            shares.append(together_s / alone_s)
        return len(shares) == ROUNDS

    until("nobody changes interfaces meanwhile", compared, within_s=120)
    assert statistics.median(shares) < 1 / FASTER, shares


def packet_sockets():
    made = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) for _ in range(COUNT)]
    return [packets.detach() for packets in made]


def close_one_by_one(descriptors):
    for descriptor in descriptors:
        os.close(descriptor)


def seconds_to(close):
    descriptors = packet_sockets()
    began_s = time.monotonic()
    close(descriptors)
    return time.monotonic() - began_s


def test_closing_together_is_faster_than_one_by_one():
    compare(lambda: seconds_to(close_one_by_one), lambda: seconds_to(close_together))
