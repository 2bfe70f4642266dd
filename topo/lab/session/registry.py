"""Which labs are up: a lab is the abstract Unix socket that its owner holds.

There is no file to go stale: the kernel removes the name when the last process of
the lab is gone, however it ended.
"""

import json
import os
import re
import select
import signal
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from balancer.errors import ConfigError
from topo.wait import until

from ..errors import LabError

PREFIX = "frontlab/"
# Short enough for a socket and a host name, and one word in /proc/net/unix.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}")
# struct ucred: pid, uid, gid (unix(7), SO_PEERCRED)
UCRED = struct.Struct("iII")
ANSWER_S = 5.0
END_WITHIN_S = 10.0
MAX_ANSWER = 16 << 20


@dataclass(frozen=True, slots=True)
class LabEntry:
    """A lab that is up and the process that owns it; its end is the lab's end."""

    name: str
    pid: int


def lab_name(said: str) -> str:
    """Return `said` if a lab can have it for its name; ConfigError with the cure."""
    if NAME.fullmatch(said):
        return said
    cure = "--name takes at most 48 of: letters, digits, '.', '_', '-'; not these first"
    raise ConfigError(f'"{said}" is no name for a lab ({cure})')


def claim(name: str) -> socket.socket:
    """Take the name of a lab and return the listener that holds it.

    Raises:
        LabError: a lab of that name is up.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(f"\0{PREFIX}{name}")
    except OSError as error:
        listener.close()
        cure = f"`frontlab down {name}`, or another name with --name"
        raise LabError(f"a lab named {name} is already up ({cure})") from error
    listener.listen(16)
    return listener


def labs() -> tuple[LabEntry, ...]:
    """Return every lab of this machine that can be talked to, by name."""
    lines = Path("/proc/net/unix").read_text().splitlines()[1:]
    paths = {line.split()[-1] for line in lines if f"@{PREFIX}" in line}
    names = sorted(path.removeprefix(f"@{PREFIX}") for path in paths)
    return tuple(entry for name in names if (entry := _entry(name)))


def find(name: str) -> LabEntry:
    """Return the lab `name`; ConfigError when it is not up, naming those that are."""
    if entry := _entry(name):
        return entry
    up = ", ".join(entry.name for entry in labs()) or "none"
    raise ConfigError(f"no lab named {name} is up (up now: {up})")


def only(name: str | None) -> LabEntry:
    """Return the lab `name`, or the one that is up when no name is given.

    Raises:
        ConfigError: there is no such lab, or a name is needed.
        LabError: no lab is up.
    """
    if name is not None:
        return find(name)
    up = labs()
    if not up:
        raise LabError("no lab is up (`frontlab up` brings one up)")
    if len(up) > 1:
        names = ", ".join(entry.name for entry in up)
        cure = "with --lab where a host or a name is asked for, or in FRONTLAB_LAB"
        raise ConfigError(f"several labs are up: name one of {names} ({cure})")
    return up[0]


def ask(name: str, operation: str) -> dict[str, Any]:
    """Send one request to a lab and return its answer; LabError when it has none."""
    with _connect(name) as client:
        client.settimeout(ANSWER_S)
        try:
            client.sendall(json.dumps({"do": operation}).encode() + b"\n")
            with client.makefile("rb") as stream:
                answer: dict[str, Any] = json.loads(stream.readline(MAX_ANSWER))
        except (OSError, ValueError) as error:
            raise LabError(f"lab {name} does not answer: {error}") from error
    if "error" in answer:
        raise LabError(f"lab {name}: {answer['error']}")
    return answer


def end_lab(entry: LabEntry) -> None:
    """End a lab and return when its last process is gone."""
    end_process(entry.pid)
    until(f"end of lab {entry.name}", lambda: not _entry(entry.name), END_WITHIN_S)


def end_process(pid: int) -> None:
    """Ask process `pid` to end, make it end 10 s later, and wait for that."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    with os.fdopen(descriptor) as handle:
        for asked in (signal.SIGTERM, signal.SIGKILL):
            signal.pidfd_send_signal(handle.fileno(), asked)
            if select.select([handle], [], [], END_WITHIN_S)[0]:
                return


def peer(connection: socket.socket) -> tuple[int, int]:
    """Return process and user id at the other end (0 for a process out of sight)."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, UCRED.size)
    pid, uid, _ = UCRED.unpack(raw)
    return pid, uid


def _connect(name: str) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.connect(f"\0{PREFIX}{name}")
    except OSError as error:
        client.close()
        raise LabError(f"no lab named {name} is up") from error
    return client


def _entry(name: str) -> LabEntry | None:
    try:
        with _connect(name) as client:
            pid, uid = peer(client)
    except LabError:
        return None
    # Anybody can bind an abstract name; only root's labs are labs, for everybody.
    return LabEntry(name, pid) if uid in (0, os.geteuid()) else None
