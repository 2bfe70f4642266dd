"""What a held child tells its owner through a pipe: its pid, and how it ended."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from balancer.errors import ConfigError, FrontlabError, Unsupported

READ_SIZE = 65536


@dataclass(frozen=True, slots=True)
class Reporter:
    """The writing end, which the child's own children share."""

    descriptor: int

    def started(self, pid: int) -> None:
        """Tell the child's process id, as the owner sees it."""
        self._write({"pid": pid})

    def ended(self, exit_code: int) -> None:
        """Tell the child's exit code, negative for a signal."""
        self._write({"exit_code": exit_code})

    def error(self, error: FrontlabError) -> None:
        """Tell that the child ends because of `error`."""
        self._write({"error": _pack(error)})

    def _write(self, record: dict[str, Any]) -> None:
        # An owner that is gone takes this process with it in a moment.
        with suppress(BrokenPipeError):
            os.write(self.descriptor, json.dumps(record).encode() + b"\n")


class Report:
    """The reading end, and what was told so far; `child` is a pidfd."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.at_end = False
        self.child: int | None = None
        self.exit_code: int | None = None
        self.error: FrontlabError | None = None
        self._rest = b""

    def read(self) -> None:
        """Read once, blocking."""
        data = os.read(self.descriptor, READ_SIZE)
        self.at_end = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(json.loads(line))

    def close(self) -> None:
        """Give both descriptors back."""
        os.close(self.descriptor)
        if self.child is not None:
            os.close(self.child)

    def _take(self, record: dict[str, Any]) -> None:
        if "pid" in record:
            # A child that is gone already needs no signals.
            with suppress(ProcessLookupError):
                self.child = os.pidfd_open(record["pid"])
        self.exit_code = record.get("exit_code", self.exit_code)
        # The first error is the cause; what follows from it is noise.
        if "error" in record and self.error is None:
            self.error = _unpack(record["error"])


def _pack(error: FrontlabError) -> list[str]:
    if isinstance(error, Unsupported):
        return ["Unsupported", error.feature, error.reason, error.cure]
    kind = "ConfigError" if isinstance(error, ConfigError) else "FrontlabError"
    return [kind, str(error)]


def _unpack(packed: list[str]) -> FrontlabError:
    kind, *words = packed
    if kind == "Unsupported":
        feature, reason, cure = words
        return Unsupported(feature, reason, cure)
    return (ConfigError if kind == "ConfigError" else FrontlabError)(*words)
