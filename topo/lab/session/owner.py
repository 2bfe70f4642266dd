"""The process that owns a lab that stays up after its command has returned."""

import functools
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TextIO

from balancer.errors import FrontlabError
from topo.sandbox import run_sandboxed

from ..errors import LabError
from ..lab import Lab
from .control import answering, info
from .registry import claim, end_process

Say = Callable[[str], None]
# Opens the lab inside the sandbox; a context manager that yields it.
Open = Callable[[Say], Any]


@dataclass(frozen=True, slots=True)
class Raised:
    """A lab that is up: its owner's process id, and what it says of itself."""

    pid: int
    info: dict[str, Any]


def raise_lab(name: str, open_lab: Open, say: Say) -> Raised:
    """Bring a lab up in a process of its own and return when it is ready.

    Raises:
        LabError: it did not come up; nothing of it is left.
        KeyboardInterrupt: so was asked; nothing of it is left.
    """
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os._exit(_own(name, open_lab, writer))
    os.close(writer)
    try:
        with os.fdopen(reader) as reports:
            return Raised(pid, _follow(reports, say))
    except BaseException:
        end_process(pid)
        raise


def _own(name: str, open_lab: Open, writer: int) -> int:
    os.setsid()
    _leave_terminal()
    with os.fdopen(writer, "w", buffering=1) as reports:
        sys.excepthook = functools.partial(_tell_defect, reports)
        try:
            with claim(name) as listener:
                return run_sandboxed(lambda: _serve(open_lab, listener, reports), name)
        except FrontlabError as error:
            _report(reports, "error", str(error))
            return 1


def _serve(open_lab: Open, listener: socket.socket, reports: TextIO) -> int:
    """Run inside the sandbox: open the lab, say so, and wait for the end."""
    try:
        say = functools.partial(_report, reports, "say")
        with open_lab(say) as lab, answering(lab, listener):
            _report(reports, "ready", info(lab))
            reports.close()
            _stay(lab)
    except FrontlabError as error:
        _report(reports, "error", str(error))
        return 1
    return 0


def _stay(lab: Lab) -> None:
    """Return never but by a signal, or with LabError when the links are gone."""
    if lab.wan.process is None:
        signal.pause()
    else:
        lab.wan.process.wait()
    raise LabError("\n".join(map(str, lab.dead())))


def _report(reports: TextIO, kind: str, what: object) -> None:
    if not reports.closed:
        reports.write(json.dumps({kind: what}) + "\n")


def _tell_defect(
    reports: TextIO,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Tell the traceback of a defect: the owner's standard error is nowhere."""
    told = "".join(traceback.format_exception(kind, error, trace))
    _report(reports, "error", told.rstrip())


def _follow(reports: TextIO, say: Say) -> dict[str, Any]:
    for line in reports:
        report: dict[str, Any] = json.loads(line)
        if "error" in report:
            raise LabError(report["error"])
        if "ready" in report:
            ready: dict[str, Any] = report["ready"]
            return ready
        say(report["say"])
    raise LabError("the lab ended before it was ready, without a word")


def _leave_terminal() -> None:
    """Give standard input and output back, so that no pipe waits for the lab."""
    nothing = os.open(os.devnull, os.O_RDWR)
    sys.stdout.flush()
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
