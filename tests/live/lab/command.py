"""The frontlab command as a user runs it, and what a run must not leave behind."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
FRONTLAB = (sys.executable, "-P", "-m", "experiments")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(PROJECT)}
WITHIN_S = 300
ENDS_WITHIN_S = 30
INVALID = 3  # the status of a run on a machine that is too busy to judge by
# A shell has what it runs in the background ignore Ctrl-C, and its children with it.
HEEDING = ("env", "--default-signal=INT")


def own(name):
    """A lab's name that no other run of these tests uses."""
    return f"{name}-{os.getpid()}"


def frontlab(*words, status=0, also=()):
    """Run the command, to one of these statuses; return its output and errors."""
    done = subprocess.run(
        [*FRONTLAB, *words],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode in (status, *also), done.stdout + done.stderr
    return done.stdout, done.stderr


def answer(*words, status=0, also=()):
    """Run the command with --json; return its one object."""
    return json.loads(frontlab(*words, "--json", status=status, also=also)[0])


def start(*words):
    """Start the command in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [*HEEDING, *FRONTLAB, *words],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


@contextlib.contextmanager
def lab(name, world="duo"):
    """A lab by `up`, taken down at the end if it is still there; yields `up --json`."""
    raised = answer("up", world, "--name", name)
    try:
        yield raised
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(raised["pid"], signal.SIGKILL)


def traces(name):
    """Everything on this machine that has to do with the lab `name`."""
    return {
        "processes": _processes(name),
        "sockets": [s for s in _lines("/proc/net/unix") if f"@frontlab/{name}" in s],
    }


NOTHING = {"processes": [], "sockets": []}


def surroundings():
    """What a lab could change outside of itself: links, namespaces, mounts, files."""
    folders = ("/run", "/run/netns", "/run/openvswitch", "/etc/netns", "/dev/shm")
    return {
        "links": sorted(Path("/sys/class/net").iterdir()),
        "mounts": _lines("/proc/self/mounts"),
        "files": {folder: _names(folder) for folder in folders},
    }


def _processes(name):
    """Processes whose UTS namespace has the lab's name, as its sandbox's all have."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            root = entry / "root/run/frontlab/name"
            if root.exists() and root.read_text() == name:
                found.append((entry / "comm").read_text().strip())
    return found


def _lines(path):
    return Path(path).read_text().splitlines()


def _names(folder):
    path = Path(folder)
    return sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
