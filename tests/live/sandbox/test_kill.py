"""Whoever is killed, nothing of a sandbox is left: no process, link, mount or file."""

import os
import random
import signal
import subprocess
from pathlib import Path

import pytest

from topo.sandbox import find_sandboxes

from .machine import (
    ENDS_WITHIN_S,
    assert_nothing_left,
    expect,
    on_machine,
    snapshot,
    start,
)

pytestmark = pytest.mark.live

INTERRUPTS = 12
# From before the first namespace until well after main is up.
LONGEST_S = 1.2


def pid_of(who: str, owner_pid: int) -> int:
    """Return the process id of a part of the owner's sandbox."""
    (sandbox,) = [box for box in find_sandboxes() if box.owner_pid == owner_pid]
    if who == "owner":
        return owner_pid
    if who == "init":
        return sandbox.init_pid
    if who == "holder":
        return int(Path(f"/proc/{sandbox.init_pid}/stat").read_text().split()[3])
    children = Path(f"/proc/{sandbox.init_pid}/task/{sandbox.init_pid}/children")
    for child in children.read_text().split():
        if Path(f"/proc/{child}/comm").read_text().strip() == who:
            return int(child)
    raise AssertionError(f"{who} is no child of init")


@pytest.mark.parametrize(
    ("who", "status", "said"),
    [
        pytest.param("owner", -9, "", id="owner"),
        pytest.param("holder", 1, "its holder was killed by signal 9", id="holder"),
        pytest.param("init", 1, "init was killed by signal 9", id="init"),
        pytest.param("frontlab-main", 137, "", id="main"),
        pytest.param("ovsdb-server", 1, "ovsdb-server died (signal 9)", id="database"),
        pytest.param("ovs-vswitchd", 1, "ovs-vswitchd died (signal 9)", id="switch"),
    ],
)
def test_kill(who, status, said):
    def body():
        before = snapshot()
        process = start()
        expect(process, "up")
        # Its links and switches are in the sandbox already.
        assert not {"links", "switches"} & set(snapshot().left(before))
        os.kill(pid_of(who, process.pid), signal.SIGKILL)
        _, errors = process.communicate(timeout=ENDS_WITHIN_S)
        assert process.returncode == status, errors
        assert said in errors
        assert_nothing_left(before)

    on_machine(body)


def test_a_dead_switch_leaves_its_last_words():
    def body():
        process = start()
        expect(process, "up")
        os.kill(pid_of("ovs-vswitchd", process.pid), signal.SIGKILL)
        _, errors = process.communicate(timeout=ENDS_WITHIN_S)
        words = errors[errors.index("its log ends:") :].splitlines()
        assert any("bridge s1: added interface" in line for line in words), errors

    on_machine(body)


@pytest.mark.parametrize("seed", range(INTERRUPTS))
def test_ctrl_c_at_any_moment(seed):
    delay_s = random.Random(seed).uniform(0, LONGEST_S)

    def body():
        before = snapshot()
        process = start()
        expect(process, "go")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(delay_s)
        # The terminal signals the whole foreground process group.
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=ENDS_WITHIN_S)
        # Before the sandbox begins it is an interrupt like any other.
        assert process.returncode in (130, -signal.SIGINT), errors
        assert_nothing_left(before)

    on_machine(body)


@pytest.mark.parametrize(
    "handler",
    [
        pytest.param("SIG_DFL", id="main ends at once"),
        pytest.param("SIG_IGN", id="main does not listen"),
    ],
)
def test_sigterm_to_the_owner(handler):
    program = f"""
import signal, sys
from topo.sandbox import run_sandboxed

def main():
    signal.signal(signal.SIGTERM, signal.{handler})
    print("up", flush=True)
    while True:
        signal.pause()

sys.exit(run_sandboxed(main, "trial"))
"""

    def body():
        before = snapshot()
        process = start(program)
        expect(process, "up")
        process.terminate()
        process.communicate(timeout=ENDS_WITHIN_S)
        assert process.returncode == 128 + signal.SIGTERM
        assert_nothing_left(before)

    on_machine(body)
