"""The namespace system calls that Python 3.11 lacks; errors name the object."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNS = 0x0002_0000
CLONE_NEWUTS = 0x0400_0000
CLONE_NEWIPC = 0x0800_0000
CLONE_NEWPID = 0x2000_0000
CLONE_NEWNET = 0x4000_0000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x4_0000

MNT_DETACH = 2

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15

# The same on every architecture; glibc has no function for it before 2.36.
SYS_PIDFD_GETFD = 438

THREAD_NETNS = "/proc/thread-self/ns/net"

_LIBC = ctypes.CDLL(None, use_errno=True)


def unshare(flags: int) -> None:
    """Move this thread into new namespaces of the kinds in `flags`."""
    _check(_LIBC.unshare(flags), "unshare")


def setns(descriptor: int, flags: int) -> None:
    """Move this thread into the namespaces behind a namespace file or pidfd."""
    _check(_LIBC.setns(descriptor, flags), "setns")


def pidfd_getfd(process: int, number: int) -> int:
    """Return a descriptor of our own for descriptor `number` of a pidfd's process."""
    descriptor: int = _LIBC.syscall(SYS_PIDFD_GETFD, process, number, 0)
    _check(descriptor, "pidfd_getfd")
    return descriptor


def mount(
    source: str, target: str, kind: str = "", flags: int = 0, data: str = ""
) -> None:
    """Mount `source` on `target`; see mount(2)."""
    words = (source.encode(), target.encode(), kind.encode() or None)
    _check(_LIBC.mount(*words, flags, data.encode() or None), f"mount on {target}")


def unmount(target: str) -> None:
    """Take the mount at `target` out of the tree, now or when its last user ends."""
    _check(_LIBC.umount2(target.encode(), MNT_DETACH), f"unmount {target}")


def die_with_parent(signal_number: int) -> None:
    """Have the kernel send this process a signal when its parent thread ends."""
    _check(_LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "prctl")


def set_process_name(name: str) -> None:
    """Set the name that `ps -o comm` shows, at most 15 bytes of it."""
    _check(_LIBC.prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0), "prctl")


@contextmanager
def inside_netns(descriptor: int) -> Iterator[None]:
    """Have this thread, and it alone, in the network namespace `descriptor`."""
    home = os.open(THREAD_NETNS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        setns(descriptor, CLONE_NEWNET)
        try:
            yield
        finally:
            setns(home, CLONE_NEWNET)
    finally:
        os.close(home)


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
