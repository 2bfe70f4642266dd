"""A sandbox from outside: running something in a new one, or in one that runs."""

import os
from collections.abc import Collection
from pathlib import Path

from balancer.errors import FrontlabError, Unsupported

from .init import run_init
from .ovs import check_ovs
from .owner import supervise
from .process import Main, fork_main, fork_tied
from .report import Reporter
from .syscalls import (
    CLONE_NEWIPC,
    CLONE_NEWNET,
    CLONE_NEWNS,
    CLONE_NEWPID,
    CLONE_NEWUTS,
    setns,
    unshare,
)

NAMESPACES = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC


def run_sandboxed(main: Main, name: str) -> int:
    """Run `main` in namespaces of its own with an own Open vSwitch.

    Returns main's exit status (130 after Ctrl-C). Main keeps this process's standard
    streams, descriptors and foreground process group. Whatever ends, by `kill -9`
    even, ends the whole sandbox. To be called from the main thread, and before
    threads are started: the processes of the sandbox are forks of this one.

    Raises:
        FrontlabError: main raised it; a part of the sandbox died; not root.
        Unsupported: this machine lacks Open vSwitch, namespaces or overlayfs.
    """
    _check_root()
    check_ovs()

    def start(report: Reporter, mask: Collection[int]) -> int:
        try:
            unshare(NAMESPACES)
        except OSError as error:
            raise Unsupported("namespaces", str(error)) from error
        return fork_tied(lambda: run_init(main, name, report, mask))

    exit_code = supervise(start, f"sandbox {name}")
    if exit_code < 0:
        raise FrontlabError(f"sandbox {name}: init was killed by signal {-exit_code}")
    return exit_code


def enter(init_pid: int, main: Main) -> int:
    """Run `main` inside the sandbox whose PID 1 has the process id `init_pid` here.

    Returns main's exit status as a shell has it: 137 when the sandbox ended under it.

    Raises:
        FrontlabError: main raised it; there is no such sandbox; not root.
    """
    _check_root()

    def start(report: Reporter, mask: Collection[int]) -> int:
        _join(init_pid)
        return fork_main(main, report, mask)

    exit_code = supervise(start, f"process {init_pid}")
    return exit_code if exit_code >= 0 else 128 - exit_code


def _join(init_pid: int) -> None:
    folder = Path.cwd()
    try:
        init = os.pidfd_open(init_pid)
        setns(init, NAMESPACES)
    except OSError as error:
        raise FrontlabError(f"no sandbox with init {init_pid}: {error}") from error
    os.close(init)
    # Joining a mount namespace moves the process to its root.
    os.chdir(folder)


def _check_root() -> None:
    if os.geteuid() != 0:
        raise FrontlabError("a sandbox needs root: run it through sudo")
