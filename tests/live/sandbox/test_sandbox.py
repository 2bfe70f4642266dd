"""What main sees inside, what comes out, and who may go in."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from balancer.errors import ConfigError, FrontlabError
from topo.run import CommandError, run
from topo.sandbox import enter, find_sandboxes, run_sandboxed

from .machine import ENDS_WITHIN_S, ROOT, expect, on_machine, start

pytestmark = pytest.mark.live


def names(folder):
    return [path.name for path in Path(folder).iterdir()]


def test_main_has_a_machine_of_its_own():
    def main():
        assert socket.gethostname() == "trial"
        assert names("/sys/class/net") == ["lo"]
        assert names("/run/netns") == []
        run(["ping", "-c1", "-W10", "127.0.0.1"])
        run(
            [
                "ovs-vsctl",
                "add-br",
                "s1",
                "--",
                "set",
                "bridge",
                "s1",
                "datapath_type=netdev",
            ]
        )
        assert run(["ovs-vsctl", "list-br"]) == "s1\n"
        Path("/etc/netns/h1").mkdir()
        return 7

    assert run_sandboxed(main, "trial") == 7
    assert socket.gethostname() != "trial"
    assert not Path("/etc/netns/h1").exists()


def test_descriptors_are_inherited():
    reader, writer = os.pipe()
    assert run_sandboxed(lambda: os.write(writer, b"hello"), "trial") == 5
    assert os.read(reader, 10) == b"hello"
    os.close(reader)
    os.close(writer)


def test_what_goes_on_beside_it_keeps_its_turn():
    group = Path("/proc/self/autogroup")
    if not group.exists():
        pytest.skip("this kernel groups no sessions (CONFIG_SCHED_AUTOGROUP)")
    before = group.read_text()
    assert run_sandboxed(lambda: 0, "trial") == 0
    assert group.read_text() == before, "the session's niceness"


def complain():
    raise ConfigError("duo.toml:1: no")


def test_errors_of_main_come_out():
    with pytest.raises(ConfigError, match=r"duo\.toml:1: no"):
        run_sandboxed(complain, "trial")


def test_a_failing_command_comes_out_as_one_line():
    with pytest.raises(FrontlabError, match="ls /nowhere: status 2"):
        run_sandboxed(lambda: len(run(["ls", "/nowhere"])), "trial")
    assert issubclass(CommandError, FrontlabError)


def test_two_at_once():
    def body():
        processes = [start(), start()]
        for process in processes:
            expect(process, "up")
        assert [box.name for box in find_sandboxes()] == ["trial", "trial"]
        for process in processes:
            process.terminate()
            process.communicate(timeout=ENDS_WITHIN_S)

    on_machine(body)


def test_enter():
    def body():
        process = start()
        expect(process, "up")
        (sandbox,) = find_sandboxes()
        assert sandbox.owner_pid == process.pid
        assert (sandbox.root / "run/netns/h1").exists()

        def main():
            assert socket.gethostname() == "trial"
            run(["ip", "netns", "exec", "h1", "ping", "-c1", "-W10", "10.0.0.2"])
            return 3

        folder = Path.cwd()
        assert enter(sandbox.init_pid, main) == 3
        assert Path.cwd() == folder
        # The sandbox ends while somebody is inside.
        ended = enter(sandbox.init_pid, end_from_inside)
        assert ended == 137
        assert process.wait(ENDS_WITHIN_S) == 143

    def end_from_inside():
        run(["kill", "-TERM", "1"])
        return subprocess.run(["sleep", "60"]).returncode

    on_machine(body)


def test_nobody_to_enter():
    with pytest.raises(FrontlabError, match="no sandbox with init"):
        enter(2**22 - 1, lambda: 0)


def test_without_root():
    program = "from topo.sandbox import run_sandboxed; run_sandboxed(lambda: 0, 'x')"
    done = subprocess.run(
        ["setpriv", "--reuid=65534", "--clear-groups", sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert "FrontlabError: a sandbox needs root" in done.stderr
