"""Process ids of a lab as seen from outside its sandbox."""

from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def init_pid(owner: int) -> int | None:
    """Return the process that is process 1 of the sandbox of `owner`, if it lives."""
    for pid, parent, inner in _processes():
        if inner == 1 and _descends(parent, owner):
            return pid
    return None


def outer_pids(owner: int) -> dict[int, int]:
    """Map process ids inside the sandbox of `owner` to those outside of it."""
    init = init_pid(owner)
    if init is None:
        return {}
    space = _namespace(init)
    return {i: pid for pid, _, i in _processes() if i and _namespace(pid) == space}


def _processes() -> Iterator[tuple[int, int, int]]:
    """Yield process id, its parent's, and its id in a nested namespace, or 0."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _status(entry)):
            ids = fields.get("NSpid", "").split()
            inner = int(ids[1]) if len(ids) == 2 else 0
            yield int(entry.name), int(fields["PPid"]), inner


def _status(entry: Path) -> dict[str, str]:
    try:
        lines = (entry / "status").read_text().splitlines()
    except OSError:
        return {}  # It ended while we were looking.
    return {key: value.strip() for key, _, value in (s.partition(":") for s in lines)}


def _descends(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        pid = int(_status(PROC / str(pid)).get("PPid", "0"))
    return False


def _namespace(pid: int) -> str:
    try:
        return str((PROC / str(pid) / "ns" / "pid").readlink())
    except OSError:
        return ""
