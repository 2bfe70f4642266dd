"""The file system as a sandbox sees it: the host's, with private places to write."""

import os
from pathlib import Path

from balancer.errors import Unsupported

from .syscalls import (
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_PRIVATE,
    MS_RDONLY,
    MS_REC,
    mount,
)

HARMLESS = MS_NOSUID | MS_NODEV | MS_NOEXEC
RUN_FOLDERS = ("frontlab", "lock", "netns", "openvswitch", "etc/upper", "etc/work")
TEMPORARY_FOLDER = Path("/run/tmp")
NAME_FILE = Path("/run/frontlab/name")


def mount_private(name: str) -> None:
    """Give this mount namespace its own /proc, /run, /sys, /etc and shared memory.

    All of it is memory that goes away with the namespace. /etc is an overlay, so
    that `ip netns exec` finds its files in /etc/netns without the host's /etc being
    written to; log folders of system services are hidden in the same way.
    """
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("proc", "/proc", "proc", HARMLESS)
    mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    for folder in RUN_FOLDERS:
        Path("/run", folder).mkdir(parents=True)
    TEMPORARY_FOLDER.mkdir(mode=0o1777)
    TEMPORARY_FOLDER.chmod(0o1777)
    os.environ["TMPDIR"] = str(TEMPORARY_FOLDER)
    NAME_FILE.write_text(name)
    _overlay_etc()
    _mount_devices()


def _overlay_etc() -> None:
    folders = "lowerdir=/etc,upperdir=/run/etc/upper,workdir=/run/etc/work"
    try:
        mount("overlay", "/etc", "overlay", data=folders)
    except OSError as error:
        cure = "modprobe overlay"
        raise Unsupported("overlay file system", str(error), cure) from error
    Path("/etc/netns").mkdir(exist_ok=True)


def _mount_devices() -> None:
    """Show the new namespace's links in /sys; forget the host's pinned BPF objects."""
    mount("sysfs", "/sys", "sysfs", HARMLESS | MS_RDONLY)
    if Path("/sys/fs/bpf").is_dir():
        mount("bpf", "/sys/fs/bpf", "bpf", HARMLESS)
    for folder in ("/dev/shm", "/var/log/openvswitch"):
        if Path(folder).is_dir():
            mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
