"""A sandbox whose processes hold many packet sockets ends without waiting for each."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from topo.closing import close_together
from topo.sandbox import run_sandboxed
from topo.sandbox.process import readable

from .machine import on_machine

pytestmark = pytest.mark.live

# The kernel takes 8 to 16 ms for each, alone.
COUNT = 30
FASTER = 2.5

HOLDER = f"""
import socket
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
        alone_s = seconds_to_kill(holder())
        together_s = min(seconds_to_end_sandbox() for _ in range(3))
        assert together_s < alone_s / FASTER, f"{together_s:.3f} of {alone_s:.3f} s"

    on_machine(body)


def packet_sockets():
    made = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) for _ in range(COUNT)]
    return [packets.detach() for packets in made]


def test_closing_together_is_faster_than_one_by_one():
    alone, together = packet_sockets(), packet_sockets()
    began_s = time.monotonic()
    for descriptor in alone:
        os.close(descriptor)
    alone_s, began_s = time.monotonic() - began_s, time.monotonic()
    close_together(together)
    together_s = time.monotonic() - began_s
    assert together_s < alone_s / FASTER, f"{together_s:.3f} of {alone_s:.3f} s"
