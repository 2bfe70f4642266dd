"""Into a running lab from outside: a command in a host, or Mininet's shell."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from balancer.errors import ConfigError
from balancer.suggest import did_you_mean
from topo.sandbox import enter

from ..errors import LabError
from ..paths import PLAN
from .pids import init_pid
from .registry import LabEntry

SANDBOX = "root"

# What `python` is in a lab: one that finds our programs, as documentation calls them.
OWN_PROGRAMS = Path(sys.executable).parent


def run_in_lab(entry: LabEntry, host: str, argv: Sequence[str]) -> int:
    """Run `argv` in `host` on this terminal and return its exit status.

    `host` "root" is the sandbox itself, where the switches and their ports are. The
    status is 127 when there is no such command.

    Raises:
        ConfigError: there is no such host.
        LabError: the lab is going down.
    """
    return enter(init_of(entry), lambda: _replace(_argv(host, argv)))


def captured_in_lab(
    entry: LabEntry, host: str, argv: Sequence[str], say: Callable[[str, str], None]
) -> int:
    """Run `argv` as `run_in_lab` does; `say` gets its standard output and error."""

    def capture() -> int:
        done = subprocess.run(
            _argv(host, argv), capture_output=True, text=True, errors="replace"
        )
        say(done.stdout, done.stderr)
        return done.returncode

    return enter(init_of(entry), capture)


def mininet_shell(entry: LabEntry) -> int:
    """Run Mininet's command line on the lab's network, on this terminal."""
    return enter(init_of(entry), _shell)


def init_of(entry: LabEntry) -> int:
    """Return the process id of the lab's init; LabError when it has none."""
    if init := init_pid(entry.pid):
        return init
    raise LabError(f"lab {entry.name} has no sandbox (any more)")


def _argv(host: str, argv: Sequence[str]) -> list[str]:
    from topo.net.spawn import host_argv

    if host == SANDBOX:
        return _words(argv)
    _check_host(host)
    return host_argv(host, _words(argv))


def _words(argv: Sequence[str]) -> list[str]:
    """Return what ends as in a shell if there is no such command: with 127."""
    path = os.environ.get("PATH", os.defpath)
    return ["env", "--", f"PATH={OWN_PROGRAMS}{os.pathsep}{path}", *argv]


def _replace(argv: list[str]) -> int:
    """Become `argv`; returns only when that cannot be done."""
    # Python ignores it, and what it becomes would, too: `... | head -1` ends a writer.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - an argument list, and no shell
    except OSError as error:
        raise LabError(f"{argv[0]}: {error.strerror}") from error


def _check_host(host: str) -> None:
    with PLAN.open("rb") as file:
        names = [known.name for known in pickle.load(file).hosts]
    if host not in names:
        known = f" (there are: {', '.join(names)}, {SANDBOX})"
        raise ConfigError(f"no host named {host}{did_you_mean(host, names) or known}")


def _shell() -> int:
    from topo.net import adopt_net
    from topo.net.cli import LabCLI

    with PLAN.open("rb") as file:
        net = adopt_net(pickle.load(file))
    LabCLI(net)
    return 0
