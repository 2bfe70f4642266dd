"""PID 1 of a sandbox: prepares it, starts Open vSwitch and main, and reaps."""

import fcntl
import os
import resource
import signal
import socket
import struct
from collections.abc import Collection
from pathlib import Path

from balancer.errors import FrontlabError, Unsupported

from .ending import end_all
from .mounts import mount_private
from .ovs import SEARCH_PATH, start_ovs
from .process import Main, fork_main
from .report import Reporter
from .syscalls import set_process_name
from .watch import WATCHED, Interrupted, Watch

# A thousand hosts keep a descriptor each, and Open vSwitch three per port; a higher
# limit would cost every program that closes all descriptors one by one.
OPEN_FILES = 20_000
FEWEST_OPEN_FILES = 1024

INIT_NAME = "frontlab-init"

SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
INTERFACE_FLAGS = struct.Struct("16sh22x")  # struct ifreq: name, flags


def run_init(main: Main, name: str, report: Reporter, mask: Collection[int]) -> int:
    """Be PID 1 until `main` ends, a daemon dies or a signal says so.

    `mask` is the signal mask that main gets back. Returns the exit status.
    """
    watch = Watch()
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    try:
        _prepare(name)
        start_ovs(watch)
        watch.main_pid = fork_main(main, report, mask)
        return watch.wait_for(watch.main_pid, "main ends")
    except Interrupted as interrupted:
        return 128 + interrupted.signal_number
    except (FrontlabError, OSError) as error:
        report.error(FrontlabError(f"sandbox {name}: {error}"))
        return 1
    finally:
        end_all()


# The sandbox's own namespace forwards frames and speaks no IPv6 itself: hundreds of
# links would fill every switch with their discovery and multicast reports.
NO_IPV6 = Path("/proc/sys/net/ipv6/conf/default/disable_ipv6")


def _prepare(name: str) -> None:
    set_process_name(INIT_NAME)
    mount_private(name)
    socket.sethostname(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, INTERFACE_FLAGS.pack(b"lo", IFF_UP))
    os.environ["PATH"] = SEARCH_PATH
    if NO_IPV6.exists():
        NO_IPV6.write_text("1")
    _set_open_files()


def _set_open_files() -> None:
    """Have as many descriptors as a lab may need, or as this machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    except ValueError as error:
        # Root in a container may lack CAP_SYS_RESOURCE.
        if hard < FEWEST_OPEN_FILES:
            cure = f"ulimit -n {OPEN_FILES}"
            raise Unsupported(f"{hard} open files", "too few", cure) from error
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
