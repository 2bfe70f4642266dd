"""The lab's processes: started with a log each, watched, and ended together."""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_TAIL_LINES = 20

# A way to start a program: `subprocess.Popen`, or one inside a host's namespace.
Spawn = Callable[..., "subprocess.Popen[bytes]"]


@dataclass(frozen=True, slots=True)
class DeadRole:
    """A process that ended without being asked to."""

    name: str
    host: str
    status: int
    log_tail: str

    def __str__(self) -> str:
        """One paragraph that says who died, of what, and its last words."""
        how = f"signal {-self.status}" if self.status < 0 else f"status {self.status}"
        where = f" on {self.host}" if self.host else ""
        said = self.log_tail or "(its log is empty)"
        return f"{self.name}{where} died ({how}); its log's last lines:\n{said}"


@dataclass(slots=True)
class RunningRole:
    """A process of the lab; `notify` is the read end of its ready descriptor.

    One that is `adopted` was started elsewhere, and is ended there.
    """

    name: str
    host: str
    process: "subprocess.Popen[bytes]"
    log: Path
    notify: int | None = None
    adopted: bool = False

    def log_tail(self, lines: int = LOG_TAIL_LINES) -> str:
        """Return the last `lines` lines of what the process wrote."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


@dataclass(slots=True)
class Supervisor:
    """Starts and watches the lab's processes; their logs are `log_folder`/NAME.log."""

    log_folder: Path
    roles: dict[str, RunningRole] = field(default_factory=dict)
    _expected: set[str] = field(default_factory=set)

    def start(
        self,
        name: str,
        argv: Sequence[str],
        host: str = "",
        spawn: Spawn = subprocess.Popen,
        notify: bool = False,
    ) -> RunningRole:
        """Start `argv` as role `name`.

        With `notify` the program gets `--notify-fd N` appended, and
        `RunningRole.notify` is readable once it has announced readiness.
        """
        log = self.log_of(name)
        reader, writer = os.pipe() if notify else (None, None)
        words = [*argv, "--notify-fd", str(writer)] if notify else list(argv)
        with log.open("ab") as out:
            process = spawn(
                words,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=() if writer is None else (writer,),
                # Out of reach of a terminal's Ctrl-C: it is the lab that ends them.
                process_group=0,
            )
        if writer is not None:
            os.close(writer)
        role = RunningRole(name, host, process, log, reader)
        self.roles[name] = role
        return role

    def adopt(self, name: str, process: "subprocess.Popen[bytes]") -> None:
        """Watch a process that was started elsewhere, with `log_of(name)` for log."""
        log = self.log_of(name)
        self.roles[name] = RunningRole(name, "", process, log, adopted=True)

    def log_of(self, name: str) -> Path:
        """Return where role `name` has its log, in a folder that exists."""
        self.log_folder.mkdir(parents=True, exist_ok=True)
        return self.log_folder / f"{name}.log"

    def expect_end(self, name: str) -> None:
        """Say that role `name` is about to be ended on purpose."""
        self._expected.add(name)

    def end(self) -> None:
        """Kill every role that was started here at once, and wait for it."""
        own = [role for role in self.roles.values() if not role.adopted]
        for role in own:
            self.expect_end(role.name)
            role.process.kill()
        for role in own:
            role.process.wait()
        self.roles.clear()

    def dead(self) -> tuple[DeadRole, ...]:
        """Return every role that has ended although nobody asked it to."""
        return tuple(
            DeadRole(role.name, role.host, role.process.returncode, role.log_tail())
            for role in self.roles.values()
            if role.process.poll() is not None and role.name not in self._expected
        )
