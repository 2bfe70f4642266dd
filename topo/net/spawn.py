"""Programs inside a host: its network, its resolv.conf and its view of /sys."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# ip-netns(8): what lies in NAME's folder covers its namesake in /etc.
NAMESPACE_FILES = Path("/etc/netns")


def host_argv(host: str, argv: Sequence[str | Path]) -> list[str]:
    """Return the command that becomes `argv` inside the host (same process id)."""
    return ["ip", "netns", "exec", host, *map(str, argv)]


def spawn_in(
    host: str, argv: Sequence[str | Path], **options: Any
) -> "subprocess.Popen[Any]":
    """Start `argv` in the host; options are those of `subprocess.Popen`."""
    return subprocess.Popen(host_argv(host, argv), **options)
