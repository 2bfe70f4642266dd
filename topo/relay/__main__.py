"""`python -m topo.relay`: the delay line as a process in a namespace of its own."""

import argparse
import gc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from balancer.ready import announce

from .syscalls import (
    NICENESS,
    die_with_parent,
    finest_timers,
    run_in_turn,
    unshare_network,
)

# One thread of BLAS is one too many already; set before numpy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

AUTOGROUP = Path("/proc/self/autogroup")


def main() -> int:
    """Carry packets until the owner closes the control socket."""
    options = _options()
    signal.signal(signal.SIGTERM, _end)
    die_with_parent()
    if os.getppid() != options.parent:
        return 0  # It died before the kernel knew that we depend on it.
    _become_urgent()
    unshare_network()
    finest_timers()
    _carry(options)
    return 0


def _end(number: int, _: object) -> NoReturn:
    # Not at once: the sockets are to be closed together.
    sys.exit(128 + number)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m topo.relay", description=__doc__)
    parser.add_argument("--control-fd", type=int, required=True, metavar="N")
    parser.add_argument("--counters-fd", type=int, required=True, metavar="N")
    parser.add_argument("--parent", type=int, required=True, metavar="PID")
    parser.add_argument("--notify-fd", type=int, metavar="N")
    return parser.parse_args()


def _become_urgent() -> None:
    run_in_turn()
    # With autogroups, niceness counts only within the session, which is our own.
    if AUTOGROUP.exists():
        AUTOGROUP.write_text(str(NICENESS))


def _carry(options: argparse.Namespace) -> None:
    # Late, as numpy takes most of the start: first all that can fail quickly.
    from .control import Control
    from .counters import open_table
    from .loop import Relay
    from .packet_socket import silence_new_interfaces

    silence_new_interfaces()
    relay = Relay()
    with socket.socket(fileno=options.control_fd) as channel:
        control = Control(relay, channel, open_table(options.counters_fd))
        gc.collect()
        gc.freeze()
        gc.disable()  # A collection is a late packet, and nothing here makes cycles.
        announce(options.notify_fd)
        try:
            relay.run(channel, control.serve)
        finally:
            relay.close()


if __name__ == "__main__":
    sys.exit(main())
