"""`python -m balancer vip`: health checks in, tables out, around one selector."""

import logging
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from functools import partial
from importlib import import_module
from pathlib import Path
from selectors import EVENT_READ, BaseSelector, DefaultSelector

from ..config import config_error
from ..control import ControlSocket
from ..errors import FrontlabError
from ..kernel.xdp import Attachment
from ..metrics_server import metrics_server
from ..model import Forwarding
from ..options import Options, parse_options
from ..status import status_socket
from ..stopping import STOP_SIGNALS, stop_signals
from .checks.probe import Prober
from .checks.targets import targets_of
from .checks.ways import Ways
from .link.interface import interface_options, own_ports
from .link.link import Link
from .link.reach import find_shared_ports, find_strangers
from .operations.claim import claimed
from .operations.metrics import collect
from .operations.orders import Orders
from .operations.report import snapshot
from .operations.service import Service
from .pools.roster import Roster
from .settings.config import VipConfig, read_vip_config
from .xdp.adoption import Legacy, legacy_at
from .xdp.forwarder import Forwarder

log = logging.getLogger("frontlab-vip")


# What `python -m balancer vip NAME` does beside balancing, by its module.
TOOLS = {
    "ctl": ".operations.ctl",
    "replay": ".seeing.replay",
    "trace": ".seeing.trace_tool",
}


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer vip`, or one of its tools; return the exit status."""
    if argv and argv[0] in TOOLS:
        tool = import_module(TOOLS[argv[0]], __package__)
        status: int = tool.main(argv[1:])
        return status
    return balance(parse_options("vip", argv, takes_orders=True))


def balance(options: Options) -> int:
    """Balance until SIGTERM or SIGINT, or an order to leave; return 0."""
    with ExitStack() as running:
        signals = stop_signals((*STOP_SIGNALS, signal.SIGHUP))
        told = running.enter_context(signals)
        selector = running.enter_context(DefaultSelector())
        ways = running.enter_context(closing(Ways()))
        config = read_vip_config(options.config)
        link = running.enter_context(closing(Link(config.balancer.interface)))
        decide = partial(_decided, ways, link, options.config)
        config = decide(config)
        running.enter_context(claimed(config.balancer.interface))
        service = _start(config, options, link)
        running.enter_context(closing(service.forwarder))
        prober = Prober((), selector, service.checked, time.monotonic())
        running.enter_context(closing(prober))
        service.decide = decide
        service.changed = partial(_aim, service, prober, ways)
        service.changed()
        _serve(service, options, selector, running)
        selector.register(told, EVENT_READ, partial(_signalled, told, service))
        selector.register(link, EVENT_READ, partial(_moved, link, service))
        run(selector, (prober.run, service.tick), service)
    return 0


def run(
    selector: BaseSelector, clocks: Sequence[Callable[[float], float]], service: Service
) -> None:
    """Do what is due, by clock or by socket, until the service has ended."""
    while not service.ended:
        now_s = time.monotonic()
        wait_s = min(clock(now_s) for clock in clocks)
        for key, _ in selector.select(wait_s):
            key.data()


def _decided(ways: Ways, link: Link, path: Path, config: VipConfig) -> VipConfig:
    """Return the configuration with what it leaves open, if all can be reached.

    Raises:
        FrontlabError: a backend cannot be reached as the configuration wants it.
    """
    addresses = link.addresses() if Forwarding.L2 in config.modes() else ()
    mistakes = list(find_strangers(config, addresses))
    if Forwarding.NAT in config.modes():
        mistakes += find_shared_ports(config, own_ports())
    if mistakes:
        raise config_error(str(path), mistakes)
    return ways.decided(config)


def _start(config: VipConfig, options: Options, link: Link) -> Service:
    """Have the kernel forward, with the flows of a predecessor where it left some."""
    table, now_s = config.balancer, time.monotonic()
    plan = config.plan(interface_options(config))
    with legacy_at(table.interface) as legacy:
        before = legacy.tables(plan.options)
        roster = Roster(plan, legacy.about.memory, now_s, before)
        roster.note_neighbours(link.known(plan.options), now_s)
        forwarder = Forwarder(Attachment(table.interface, table.xdp))
        forwarder.start(roster, legacy.kept())
    _tell(legacy)
    descriptor = options.notify_descriptor
    service = Service(config, options.config, roster, forwarder, descriptor)
    service.adopted = bool(legacy.maps)
    service.neighbours = link.known
    return service


def _tell(legacy: Legacy) -> None:
    if legacy.refusal:
        log.warning("%s; its flows are hashed anew", legacy.refusal)
    elif legacy.maps:
        log.warning("went on with the tables and flows of a predecessor")


def _aim(service: Service, prober: Prober, ways: Ways) -> None:
    """Check what the configuration in force has."""
    marks = ways.lead(service.roster)
    prober.change(targets_of(service.config, marks), time.monotonic())


def _serve(
    service: Service, options: Options, selector: BaseSelector, running: ExitStack
) -> None:
    """Open the sockets by which the balancer is asked."""
    if options.control is not None:
        orders = Orders(service)
        control = ControlSocket(options.control, selector, orders.handle)
        running.enter_context(closing(control))
    if options.status is not None:
        status = status_socket(options.status, partial(snapshot, service))
        running.enter_context(status)
    if service.config.metrics is not None:
        endpoint = service.config.metrics.listen
        served = metrics_server(*endpoint, partial(collect, service))
        running.enter_context(served)


def _moved(link: Link, service: Service) -> None:
    link.drain()
    service.look()
    service.note_neighbours()


def _signalled(told: socket.socket, service: Service) -> None:
    for number in told.recv(64):
        if number == signal.SIGHUP:
            _reload(service)
        else:
            service.ended = True


def _reload(service: Service) -> None:
    try:
        service.reload()
    except FrontlabError:
        return  # It has been told, and all is as it was.
