"""Ending all processes of a sandbox at once, and what they would close one by one."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from balancer.errors import FrontlabError
from topo.closing import closing

from .process import FIRST_OF_ALL, readable
from .syscalls import pidfd_getfd

PROC = Path("/proc")
INIT_PID = 1

# A process that has several descriptors of this kind closes them one by one.
SEVERAL = 2
HOLDERS_END_WITHIN_S = 2.0


def end_all() -> None:
    """Kill every process of this PID namespace but its PID 1, which calls this.

    A switch would take half a second for its packet sockets, a port each: they are
    taken over first, so that its own end leaves them open, and closed together.

    Raises:
        FrontlabError: not called by PID 1.
    """
    if os.getpid() != INIT_PID:
        raise FrontlabError("only PID 1 of a namespace can end all that is in it")
    _hurry()
    holders, sockets = _take_over()
    for holder in holders:
        signal.pidfd_send_signal(holder, signal.SIGKILL)
    for holder in holders:
        readable([holder], HOLDERS_END_WITHIN_S)
    with closing(sockets), suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def _hurry() -> None:
    """Have what ends go first: else giving memory back waits for a busy core.

    Where the kernel groups sessions, that is first within ours. The group itself is our
    caller's too, a terminal's with all that goes on in it: it is not ours to favour.
    """
    for pid in _pids():
        with suppress(OSError):  # It may be gone.
            os.setpriority(os.PRIO_PROCESS, pid, FIRST_OF_ALL)


def _take_over() -> tuple[list[int], list[int]]:
    """Return pidfds of the processes with several packet sockets, and these."""
    holders, sockets = [], []
    for pid in _pids():
        # It may end by itself meanwhile, and an old kernel hands no descriptor over.
        with suppress(OSError):
            if len(numbers := _packet_sockets(pid)) >= SEVERAL:
                holders.append(os.pidfd_open(pid))
                sockets += [pidfd_getfd(holders[-1], number) for number in numbers]
    return holders, sockets


def _pids() -> Iterator[int]:
    return (int(entry.name) for entry in os.scandir(PROC) if entry.name.isdigit())


def _packet_sockets(pid: int) -> list[int]:
    """Return the descriptors of process `pid` that are packet sockets."""
    folder = PROC / str(pid)
    # Of its network namespace, a line each, the inode last.
    lines = (folder / "net/packet").read_text().splitlines()[1:]
    links = {f"socket:[{line.split()[-1]}]" for line in lines}
    if not links:
        return []
    return [int(one.name) for one in (folder / "fd").iterdir() if _led(one) in links]


def _led(link: Path) -> str:
    """Return where a descriptor's link leads; "" when it was closed meanwhile."""
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""
