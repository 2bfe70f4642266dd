"""`python -m balancer vip`: health checks in, tables out, around one selector."""

import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from selectors import EVENT_READ, BaseSelector, DefaultSelector
from socket import socket

from ..errors import Unsupported
from ..options import parse_options
from ..status import status_socket
from ..stopping import stop_signals
from ..wire.ethernet import mac_octets
from .config import BalancerTable, PoolTable, VipConfig, read_vip_config
from .datapath import open_datapath
from .encapsulate import OVERHEAD
from .health import Thresholds
from .keeper import Keeper
from .probe import Prober, Target
from .report import Report
from .roster import Roster
from .tables import Options, build_tables
from .xdp import attached, hardware_address, mtu_of

MIN_MTU = 1280 + OVERHEAD  # IPv6 has no smaller packets that are too big (RFC 8200 5)


def main(argv: Sequence[str]) -> int:
    """Run `python -m balancer vip` until SIGTERM or SIGINT; return 0."""
    options = parse_options("vip", argv)
    config = read_vip_config(options.config)
    roster = make_roster(config, interface_options(config.balancer))
    wanted_mode = config.balancer.xdp
    with ExitStack() as running:
        stop = running.enter_context(stop_signals())
        selector = running.enter_context(DefaultSelector())
        datapath = running.enter_context(open_datapath(roster.tables))
        program = datapath.programs["vip"]
        attachment = attached(config.balancer.interface, program, wanted_mode)
        mode = running.enter_context(attachment)
        keeper = Keeper(roster, datapath, options.notify_descriptor)
        prober = Prober(targets(config), selector, keeper.checked, time.monotonic())
        running.enter_context(closing(prober))
        if options.status is not None:
            report = Report(config, mode, keeper, datapath)
            running.enter_context(status_socket(options.status, report.snapshot))
        run(selector, prober, stop)
    return 0


def run(selector: BaseSelector, prober: Prober, stop: socket) -> None:
    """Check backends until `stop` is readable."""
    selector.register(stop, EVENT_READ)
    while True:
        wait_s = prober.run(time.monotonic())
        for key, _ in selector.select(wait_s):
            if key.fileobj is stop:
                return
            key.data()


def interface_options(table: BalancerTable) -> Options:
    """Return what the data plane is told of the interface it stands on.

    Raises:
        Unsupported: there is no such interface, or its packets are too small.
    """
    mtu = mtu_of(table.interface)
    if mtu < MIN_MTU:
        what = f"MTU {mtu} of {table.interface}"
        raise Unsupported(what, f"outer packets of {MIN_MTU} octets must fit")
    return Options(
        source=table.source,
        mtu=mtu,
        mac=hardware_address(table.interface),
        gateway_mac=mac_octets(table.gateway_mac),
        limits=table.limits(),
    )


def make_roster(config: VipConfig, options: Options) -> Roster:
    """Return the roster of a configuration, nobody checked yet."""
    pools = tuple(table.pool() for table in config.pool)
    vips = tuple(table.vip() for table in config.vip)
    thresholds = {
        table.name: Thresholds(table.health.rise, table.health.fall)
        for table in config.pool
    }
    return Roster(pools, thresholds, build_tables(options, pools, vips))


def targets(config: VipConfig) -> tuple[Target, ...]:
    """Return who is to be checked, and how."""
    return tuple(target for pool in config.pool for target in _pool_targets(pool))


def _pool_targets(pool: PoolTable) -> list[Target]:
    health = pool.health
    return [
        Target(
            pool=pool.name,
            backend=backend.name,
            address=str(backend.address),
            port=health.port,
            path=health.path if health.kind == "http" else None,
            interval_s=health.interval,
            timeout_s=health.timeout,
        )
        for backend in pool.backend
    ]
