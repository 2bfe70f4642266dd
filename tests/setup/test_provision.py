"""provision.sh on a bare system: whole, then nothing to do, and no daemon left behind.

Each distribution is a tree of its own, entered in namespaces of its own; packages come
over the network, as they do for a newcomer.
"""

import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from needs import need_tool

pytestmark = pytest.mark.timeout(1800)  # for the network
CHECKOUT = Path(__file__).resolve().parents[2]
PLACE = "home/user/frontlab"
OWNER = 1000
# What an installed machine has beyond a minimal tree, and nothing of what we need.
BARE = "systemd-sysv,udev,kmod,sudo,ca-certificates,python3-minimal,procps,dbus"
SECOND_RUN_COSTS_S = 0.5

ENTER = """
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/run"
mkdir -p "$0/run/lock"
exec chroot "$0" "$@"
"""


@dataclass(frozen=True, slots=True)
class System:
    """A tree with a system in it, and a checkout of ours at home."""

    root: Path

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside; what it leaves running ends with it."""
        own = ["--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child"]
        return subprocess.run(
            ["unshare", *own, "bash", "-euc", ENTER, self.root, *argv],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
        )

    def provision(self, *options: str) -> subprocess.CompletedProcess[str]:
        return self.run(f"/{PLACE}/provision.sh", *options)

    def starts_at_boot(self) -> set[str]:
        """Return units and System V scripts that are enabled."""
        units = self.root.glob("etc/systemd/system/*.wants/*")
        scripts = self.root.glob("etc/rc[2-5].d/S*")
        return {path.name for path in (*units, *scripts)}


@pytest.fixture(scope="module", params=["bookworm", "trixie"])
def system(request, tmp_path_factory) -> Iterator[System]:
    builder = need_tool("mmdebstrap")
    root = tmp_path_factory.mktemp(request.param) / "root"
    tree = ["--mode=root", "--variant=minbase", f"--include={BARE}"]
    _call([builder, "--quiet", *tree, request.param, root])
    for known in ("/etc/resolv.conf", "/etc/pip.conf"):
        if Path(known).exists():
            shutil.copy(known, root / known[1:])
    certificates = "etc/ssl/certs/ca-certificates.crt"
    shutil.copy(f"/{certificates}", root / certificates)
    _check_out(root / PLACE)
    yield System(root)
    shutil.rmtree(root)


def _call(argv: Sequence[str | Path]) -> bytes:
    return subprocess.run(argv, check=True, stdout=subprocess.PIPE).stdout


def _check_out(place: Path) -> None:
    """Copy what git tracks, as it stands, for a user who is not root."""
    listed = _call(["git", "-C", CHECKOUT, "ls-files", "-z"]).decode()
    for name in filter(None, listed.split("\0")):
        if (CHECKOUT / name).exists():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, place / name)
    _call(["chown", "-R", f"{OWNER}:{OWNER}", place])


@pytest.mark.setup
def test_installs_once_and_leaves_no_daemon(system):
    assert system.provision("--check").returncode == 1
    policy = system.root / "usr/sbin/policy-rc.d"
    policy.symlink_to("/of-the-administrator")
    before = system.starts_at_boot()

    first = system.provision()
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.endswith("provision: ready\n")
    assert system.starts_at_boot() == before
    assert policy.readlink() == Path("/of-the-administrator")
    assert (system.root / PLACE / ".venv/bin/python").lstat().st_uid == OWNER

    before_s = worked_s()
    second = system.provision()
    assert second.stdout == "provision: nothing to do\n"
    assert worked_s() - before_s < SECOND_RUN_COSTS_S


def worked_s() -> float:
    """Return the CPU time of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# Has the lock of dpkg until provision.sh says that it waits, and then goes on with it.
LOCKING = """
import fcntl, subprocess, sys
with open("/var/lib/dpkg/lock-frontend", "w") as lock:
    fcntl.lockf(lock, fcntl.LOCK_EX)
    running = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
    for line in running.stdout:
        if "waiting for another" in line:
            fcntl.lockf(lock, fcntl.LOCK_UN)
        print(line, end="")
sys.exit(running.wait())
"""


@pytest.mark.setup
def test_it_waits_for_who_else_installs_and_leaves_nothing_running(system):
    script = 'python3 -c "$0" "$@" >&2; ps -eo comm=; exit'
    provision = (f"/{PLACE}/provision.sh", "--dev")
    shown = system.run("bash", "-c", script, LOCKING, *provision)
    assert "waiting for another apt or dpkg to end" in shown.stderr
    assert shown.stdout.split() == ["bash", "ps"], shown.stderr
    assert system.provision("--check", "--dev").returncode == 0


@pytest.mark.setup
def test_an_unknown_option_is_wrong_use(system):
    wrong = system.provision("--devel")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "unknown option --devel" in wrong.stderr
