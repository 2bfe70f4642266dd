"""One command under User-mode Linux: another kernel, on this machine's own files.

The guest sees the host's root through a writable overlay in its memory, so it runs the
checkout as it stands and leaves no trace of itself.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "linux.uml"
SCRIPTS = Path(__file__).parent
MEMORY_BYTES = 2 << 30  # reserved, not used: the guest's memory is a sparse file


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command in the guest ended.

    Args:
        status: its exit status, or None if the guest did not live to tell it.
        output: its standard output and error, or the guest's console without a status.
    """

    status: int | None
    output: str


def run_in_guest(
    argv: Sequence[str | Path], folder: Path, within_s: float, root: Path = Path("/")
) -> Ended:
    """Boot, run `argv` as root in `folder`, halt, and return how it ended.

    `root` is the tree that becomes the guest's root: this machine's own, or another.
    """
    with _job(argv, folder, root) as job:
        console = _boot(job, within_s)
        output = _text(job / "output")
        if not (job / "status").exists():
            return Ended(None, f"{console}\n{output}")
        return Ended(int(_text(job / "status")), output)


@contextmanager
def _job(argv: Sequence[str | Path], folder: Path, root: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="frontlab-uml-") as name:
        job = Path(name)
        for script in ("first.sh", "second.sh"):
            shutil.copy(SCRIPTS / script, job)
        (job / "command").write_bytes(b"".join(os.fsencode(w) + b"\0" for w in argv))
        (job / "folder").write_text(str(folder))
        (job / "root").write_text(str(root))
        yield job


def _boot(job: Path, within_s: float) -> str:
    """Run the guest of `job` to its end or for `within_s`; return its console."""
    # setpriv: a guest must not outlive a killed test run.
    words = ["setpriv", "--pdeathsig", "KILL", PROGRAM, *_kernel_line(job)]
    with subprocess.Popen(
        words,
        env=os.environ | {"TMPDIR": _memory_folder(job)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as guest:
        try:
            console, _ = guest.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            os.killpg(guest.pid, signal.SIGKILL)
            console, _ = guest.communicate()
            console += f"\nkilled: not done in {within_s:g} s"
    return console


def _kernel_line(job: Path) -> list[str]:
    return [
        f"mem={MEMORY_BYTES >> 20}M",
        "umid=guest",
        f"uml_dir={job}/",
        *("root=none", "rootfstype=hostfs", "rootflags=/", "ro"),
        f"init={job}/first.sh",
        f"job={job}",
        *("con0=fd:0,fd:1", "con=null", "quiet", "loglevel=1"),
    ]


def _memory_folder(job: Path) -> str:
    """Return where the guest's memory is kept: in memory, if there is that much."""
    shared = Path("/dev/shm")
    if shared.is_dir() and shutil.disk_usage(shared).free > MEMORY_BYTES:
        return str(shared)
    return str(job)


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""
