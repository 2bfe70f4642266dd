"""The sandboxes that run on this machine, read from /proc: there is no other list."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .init import INIT_NAME
from .mounts import NAME_FILE

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox by its name; process ids are those of the asking process.

    `root` shows the sandbox's files from outside, its /run among them.
    """

    name: str
    owner_pid: int
    init_pid: int

    @property
    def root(self) -> Path:
        """The sandbox's file system."""
        return PROC / str(self.init_pid) / "root"


def find_sandboxes() -> tuple[RunningSandbox, ...]:
    """Return every sandbox that this process may see, by name."""
    return tuple(sorted(_running(), key=lambda found: (found.name, found.owner_pid)))


def _running() -> Iterator[RunningSandbox]:
    for folder in PROC.glob("[0-9]*"):
        try:
            if _is_init(folder):
                name = (folder / "root" / NAME_FILE.relative_to("/")).read_text()
                owner_pid = _parent(_parent(int(folder.name)))
                yield RunningSandbox(name, owner_pid, int(folder.name))
        except OSError:
            continue  # It ended while being read, or is not ours to read.


def _is_init(folder: Path) -> bool:
    # The kernel's comm of main is INIT_NAME too for a moment; its pid is not 1.
    name = (folder / "comm").read_text().strip()
    return name == INIT_NAME and _status(folder, "NSpid").split()[-1] == "1"


def _parent(pid: int) -> int:
    return int(_status(PROC / str(pid), "PPid"))


def _status(folder: Path, key: str) -> str:
    lines = (folder / "status").read_text().splitlines()
    return next(line.split(":", 1)[1] for line in lines if line.startswith(f"{key}:"))
