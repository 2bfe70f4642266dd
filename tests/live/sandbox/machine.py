"""A machine of one's own to count in: whatever is left behind in it, a test has left.

The machine is a sandbox itself, and what is written to /tmp and /var is diverted, so
that neither other processes nor other people's files disturb the comparison.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from topo.run import run
from topo.sandbox import run_sandboxed
from topo.sandbox.syscalls import mount
from topo.wait import until

ROOT = Path(__file__).parents[3]
SHARED = ("/tmp", "/var")
# /etc, /tmp and /var show in /run what is written to them.
FOLDERS = ("/run", "/dev/shm")
GONE_WITHIN_S = 30.0
ENDS_WITHIN_S = 30.0
# A shell has what it runs in the background ignore Ctrl-C, and its children with it.
HEEDING = ("env", "--default-signal=INT")

# A sandbox with some of everything in it, and a daemon that nobody waits for.
PROGRAM = """
import os, subprocess, sys, tempfile
from functools import partial
from topo.net import LabBridge, LabNet, LabSwitch
from topo.sandbox import run_sandboxed
from topo.sandbox.mounts import NAME_FILE
from mininet.topo import MinimalTopo

def main():
    net = LabNet(MinimalTopo(), switch=partial(LabSwitch, failMode="standalone"))
    net.start()
    net.get("h1").cmd("sleep 1000 &")
    net.addSwitch("bridge", cls=LabBridge).start([])
    subprocess.Popen(["setsid", "--fork", "sleep", "1000"]).wait()
    tempfile.mkstemp()
    print("up", flush=True)
    return subprocess.run(["sleep", "1000"]).returncode

print("go", flush=True)
sys.exit(run_sandboxed(main, "trial"))
"""


@dataclass(frozen=True)
class Snapshot:
    """What there is on the machine, by kind."""

    processes: frozenset[str]
    namespaces: frozenset[str]
    links: frozenset[str]
    switches: frozenset[str]
    mounts: frozenset[str]
    files: frozenset[str]

    def left(self, before: "Snapshot") -> dict[str, list[str]]:
        """What there is now and was not before."""
        kinds = [field.name for field in fields(self)]
        news = {kind: getattr(self, kind) - getattr(before, kind) for kind in kinds}
        return {kind: sorted(new) for kind, new in news.items() if new}


def on_machine(body: Callable[[], None]) -> None:
    """Run `body` on a machine of its own; what it raises fails the test."""

    def main() -> int:
        for folder in SHARED:
            divert(folder)
        os.environ |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        body()
        return 0

    assert run_sandboxed(main, "machine") == 0


def divert(folder: str) -> None:
    """Have all that is written into `folder` appear below /run."""
    upper, work = Path("/run/upper" + folder), Path("/run/work" + folder)
    for new in (upper, work):
        new.mkdir(parents=True)
    data = f"lowerdir={folder},upperdir={upper},workdir={work}"
    mount("overlay", folder, "overlay", data=data)


def snapshot() -> Snapshot:
    processes = [Path(f) for f in Path("/proc").glob("[0-9]*")]
    return Snapshot(
        processes=frozenset(map(described, processes)) - {""},
        namespaces=frozenset(n for p in processes for n in namespaces(p)),
        links=frozenset(path.name for path in Path("/sys/class/net").iterdir()),
        switches=frozenset(run(["ovs-vsctl", "list-br"]).split()),
        mounts=frozenset(Path("/proc/self/mountinfo").read_text().splitlines()),
        files=frozenset(
            str(path)
            for folder in FOLDERS
            for path in Path(folder).rglob("*")
            # Open vSwitch's own files change as its commands come and go.
            if not path.is_relative_to("/run/openvswitch")
        ),
    )


def described(process: Path) -> str:
    try:
        return f"{process.name} {(process / 'comm').read_text().strip()}"
    except OSError:
        return ""


def namespaces(process: Path) -> list[str]:
    try:
        return [str(path.readlink()) for path in (process / "ns").iterdir()]
    except OSError:
        return []


def start(program: str = PROGRAM) -> "subprocess.Popen[str]":
    """Start a program of ours as the leader of a process group of its own."""
    return subprocess.Popen(
        [*HEEDING, sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=ROOT,
    )


def expect(process: "subprocess.Popen[str]", line: str) -> None:
    """Read the program's output up to `line`."""
    assert process.stdout is not None
    read = ""
    while read != line:
        read = process.stdout.readline().strip()
        assert read, f"no {line!r}: {process.communicate()[1]}"


def assert_nothing_left(before: Snapshot) -> None:
    """Fail when something is here now that was not here before."""
    left: dict[str, list[str]] = {"snapshot": ["none yet"]}

    def gone() -> bool:
        nonlocal left
        left = snapshot().left(before)
        return not left

    try:
        until("all gone", gone, GONE_WITHIN_S)
    except TimeoutError:
        raise AssertionError(f"left behind: {left}") from None
