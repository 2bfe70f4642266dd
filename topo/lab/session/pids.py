"""Process ids of a lab as seen from outside its sandbox."""

from collections.abc import Iterator
from pathlib import Path

from topo.sandbox import find_sandboxes

PROC = Path("/proc")


def init_pid(owner: int) -> int | None:
    """Return the process that is process 1 of the sandbox of `owner`, if it lives."""
    found = (box.init_pid for box in find_sandboxes() if box.owner_pid == owner)
    return next(found, None)


def outer_pids(owner: int) -> dict[int, int]:
    """Map process ids inside the sandbox of `owner` to those outside of it."""
    init = init_pid(owner)
    return {} if init is None else dict(_inside(_namespace(PROC / str(init))))


def _inside(namespace: str) -> Iterator[tuple[int, int]]:
    """Yield the inner and the outer id of every process of a pid namespace."""
    for entry in PROC.glob("[0-9]*"):
        if namespace and _namespace(entry) == namespace:
            yield _inner_pid(entry), int(entry.name)


def _namespace(entry: Path) -> str:
    try:
        return str((entry / "ns" / "pid").readlink())
    except OSError:
        return ""  # It ended while we were looking.


def _inner_pid(entry: Path) -> int:
    try:
        lines = (entry / "status").read_text().splitlines()
    except OSError:
        return 0
    ids = next(line for line in lines if line.startswith("NSpid:"))
    return int(ids.split()[-1])
