"""`python -m balancer backend`: VIPs on loopback, outer headers taken off."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..errors import Unsupported
from ..kernel.xdp import hardware_address, mtu_of
from ..options import parse_options
from ..ready import announce
from ..status import status_socket
from ..stopping import stop_signals
from . import decap, device
from .config import DEVICE_MODES, BackendTable, Decapsulation, read_backend_config
from .network import leave_room, own_vips
from .strip import Rules

log = logging.getLogger("frontlab-backend")


@dataclass(frozen=True, slots=True)
class Decapsulator:
    """What strips at the moment, "device" or "xdp", and how to read its counters."""

    mode: str
    counters: Callable[[], Mapping[str, int]]

    def snapshot(self, name: str) -> dict[str, Any]:
        """Return the status object."""
        return {"name": name, "mode": self.mode, "counters": self.counters()}


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer backend` until SIGTERM or SIGINT; return 0."""
    options = parse_options("backend", argv)
    table = read_backend_config(options.config).backend
    with ExitStack() as running:
        stop = running.enter_context(stop_signals())
        own_vips(table.vips)
        leave_room(mtu_of(table.interface), table.overhead())
        decapsulator = running.enter_context(decapsulating(table))
        if options.status is not None:
            snapshot = partial(decapsulator.snapshot, table.name)
            running.enter_context(status_socket(options.status, snapshot))
        announce(options.notify_descriptor)
        stop.recv(1)
    return 0


@contextmanager
def decapsulating(table: BackendTable) -> Iterator[Decapsulator]:
    """Strip as the configuration asks; `Unsupported` when the kernel cannot."""
    rules = Rules(
        hardware_address(table.interface),
        frozenset(table.balancers),
        frozenset(table.vips),
        table.modes(),
        frozenset(table.peers),
    )
    device_is_enough = table.modes() == DEVICE_MODES and not table.peers
    with ExitStack() as running:
        if table.decapsulation is Decapsulation.XDP or not device_is_enough:
            yield running.enter_context(_by_xdp(table.interface, rules))
            return
        try:
            chosen = running.enter_context(_by_device(rules))
        except Unsupported as error:
            if table.decapsulation is Decapsulation.DEVICE:
                raise
            log.info("%s; XDP instead", error)
            chosen = running.enter_context(_by_xdp(table.interface, rules))
        yield chosen


@contextmanager
def _by_xdp(interface: str, rules: Rules) -> Iterator[Decapsulator]:
    with decap.decapsulating(interface, rules) as counters:
        yield Decapsulator("xdp", partial(decap.counters_of, counters))


@contextmanager
def _by_device(rules: Rules) -> Iterator[Decapsulator]:
    with device.gre_devices(rules) as names:
        yield Decapsulator("device", partial(device.counters_of, names))
