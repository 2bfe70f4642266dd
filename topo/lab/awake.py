"""Keeps the machine's cores from sleeping while a lab is up."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct

# The kernel's file for how long a core may take to wake up (PM QoS): what is written
# holds for as long as the file is open.
WAKE_UP = Path("/dev/cpu_dma_latency")
WITHIN_US = Struct("=i")


@contextmanager
def awake(file: Path = WAKE_UP) -> Iterator[None]:
    """Have cores wait for work instead of halting, where the kernel lets us.

    A core needs up to 0.1 ms to wake up, in a virtual machine more, and a packet to
    another site and back has some sixteen processes take turns. Experiments begin when
    that is within what was asked; where there is no such file they may be refused.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        os.write(descriptor, WITHIN_US.pack(0))
        yield
    finally:
        os.close(descriptor)
