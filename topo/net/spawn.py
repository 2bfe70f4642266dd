"""Programs inside a host: its network, its resolv.conf and its view of /sys."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# ip-netns(8): what lies in NAME's folder covers its namesake in /etc.
NAMESPACE_FILES = Path("/etc/netns")

APPARMOR = Path("/sys/module/apparmor/parameters/enabled")


def host_argv(host: str, argv: Sequence[str | Path]) -> list[str]:
    """Return the command that becomes `argv` inside the host (same process id)."""
    return ["ip", "netns", "exec", host, *_unconfined(), *map(str, argv)]


def _unconfined() -> list[str]:
    """Return the words that free a program from AppArmor, where that is at work.

    Distributions confine named, unbound and tcpdump to the folders of their own
    services; a lab's files lie elsewhere.
    """
    confines = APPARMOR.exists() and APPARMOR.read_text().startswith("Y")
    if confines and shutil.which("aa-exec"):
        return ["aa-exec", "-p", "unconfined", "--"]
    return []


def spawn_in(
    host: str, argv: Sequence[str | Path], **options: Any
) -> "subprocess.Popen[Any]":
    """Start `argv` in the host; options are those of `subprocess.Popen`."""
    return subprocess.Popen(host_argv(host, argv), **options)
