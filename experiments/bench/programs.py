"""Programs that benchmarks run beside ours: whether they are there, what they take."""

import os
import shutil
from pathlib import Path

from balancer.errors import Unsupported

END_OF_NAME = ")"
USER_TICKS, SYSTEM_TICKS = 11, 12  # fields of /proc/PID/stat behind the name


def need(program: str) -> None:
    """Raise Unsupported when a program is not installed."""
    if shutil.which(program) is None:
        raise Unsupported(program, "it is not installed", "./provision.sh --dev")


def cpu_s_of(pid: int) -> float:
    """Return the CPU time of all threads of a process."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    fields = stat.rpartition(END_OF_NAME)[2].split()
    ticks = int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])
    return ticks / os.sysconf("SC_CLK_TCK")
