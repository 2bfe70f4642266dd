"""The sandbox's own Open vSwitch: ovsdb-server and ovs-vswitchd as init's children."""

import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

from balancer.errors import FrontlabError, Unsupported
from topo.wait import until

from .process import FIRST_OF_ALL
from .watch import Daemon, Watch

SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
FOLDER = Path("/run/openvswitch")
DATABASE = FOLDER / "conf.db"
SOCKET = FOLDER / "db.sock"
TOOLS = ("ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl")

# Debian puts daemons and `ip` into sbin, which an ordinary user's PATH lacks.
SEARCH_PATH = os.pathsep.join(
    (os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin")
)

READY_WITHIN_S = 10.0


def check_ovs() -> None:
    """Raise Unsupported when Open vSwitch's programs are not installed."""
    for tool in TOOLS:
        _find(tool)
    if not SCHEMA.exists():
        raise Unsupported("Open vSwitch", f"{SCHEMA} is not there", "./provision.sh")


def start_ovs(watch: Watch) -> None:
    """Start both daemons under `watch`; return when ovs-vswitchd serves its database.

    Raises:
        FrontlabError: a daemon died, or did not come up in time.
        Interrupted: the sandbox was told to end meanwhile.
    """
    _run(watch, ["ovsdb-tool", "create", str(DATABASE), str(SCHEMA)])
    _start(watch, "ovsdb-server", [str(DATABASE), f"--remote=punix:{SOCKET}"])
    until("ovsdb-server answers", lambda: _answers(watch), READY_WITHIN_S)
    _start(watch, "ovs-vswitchd", [f"unix:{SOCKET}"])
    # Without --no-wait it returns when ovs-vswitchd has taken the database over.
    _run(watch, ["ovs-vsctl", f"--timeout={READY_WITHIN_S:.0f}", "init"])


def _start(watch: Watch, name: str, arguments: Sequence[str]) -> None:
    log = FOLDER / f"{name}.log"
    options = ["--pidfile", "-vconsole:off", "-vsyslog:off", f"--log-file={log}"]
    pid = _spawn([name, *arguments, *options], log)
    # Switches are part of the emulated network: what the programs of the lab compute
    # must not make its packets late.
    os.setpriority(os.PRIO_PROCESS, pid, FIRST_OF_ALL)
    watch.daemons[pid] = Daemon(name, log)


def _run(watch: Watch, argv: list[str]) -> None:
    log = FOLDER / f"{argv[0]}.log"
    status = watch.wait_for(_spawn(argv, log), f"{argv[0]} ends", READY_WITHIN_S)
    if status:
        said = log.read_text(errors="replace").strip()
        raise FrontlabError(f"{' '.join(argv)}: status {status}: {said}")


def _spawn(argv: list[str], log: Path) -> int:
    """Start a child in a session of its own, out of reach of the terminal's Ctrl-C."""
    write = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    files = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), write, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    path, environment = _find(argv[0]), os.environ
    return os.posix_spawn(
        path, argv, environment, file_actions=files, setsid=True, setsigmask=()
    )


def _find(tool: str) -> str:
    if found := shutil.which(tool, path=SEARCH_PATH):
        return found
    raise Unsupported("Open vSwitch", f"{tool} is not installed", "./provision.sh")


def _answers(watch: Watch) -> bool:
    watch.step(0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        return client.connect_ex(str(SOCKET)) == 0
