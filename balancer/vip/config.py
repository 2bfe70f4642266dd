"""vip.toml as people write it, and the records that the agent works with."""

from collections.abc import Hashable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from ..config import (
    Mistake,
    Seconds,
    Table,
    config_error,
    did_you_mean,
    read_config,
)
from ..errors import WireError
from ..metrics_config import MetricsTable
from ..model import Backend, Forwarding, Pool
from ..wire.ethernet import mac_octets
from .choices import HealthTable, SlowStartTable
from .forwarding.modes import TUNNELS, needs_ipv6
from .health import Thresholds
from .limits import MAX_BACKENDS, MAX_VIPS
from .nat.limits import nat_limits
from .nat.ports import PortRange, port_range
from .options import Limits, Options
from .pace import AT_ONCE
from .plan import AllDown, Plan, PoolPlan, VipPlan
from .vip_table import VipTable
from .xdp import XdpMode

MAX_WEIGHT = 1000


def _ipv4(value: object) -> IPv4Address:
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError as error:
        what = f"{value!r} is no IPv4 address, which the outer header needs"
        raise ValueError(what) from error


def _ipv6(value: object) -> IPv6Address:
    try:
        return IPv6Address(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f"{value!r} is no IPv6 address") from error


def _is_mac(text: str) -> str:
    try:
        mac_octets(text)
    except WireError as error:
        raise ValueError(str(error)) from error
    return text


OuterAddress = Annotated[IPv4Address, BeforeValidator(_ipv4)]
OuterAddress6 = Annotated[IPv6Address, BeforeValidator(_ipv6)]
MacAddress = Annotated[str, AfterValidator(_is_mac)]


class BalancerTable(Table):
    """The balancer itself, and how it sends."""

    name: str
    interface: str
    source: OuterAddress
    source6: OuterAddress6 | None = None
    gateway_mac: MacAddress
    xdp: XdpMode = XdpMode.AUTO
    flow_entries: Annotated[int, Field(ge=1024, le=1 << 24)] = 65536
    # Rates are of each CPU.
    flow_idle: Annotated[Seconds, Field(ge=1, le=7 * 86400)] = 900.0
    new_flows_per_second: Annotated[int, Field(ge=1)] = 20_000
    answers_per_second: Annotated[int, Field(ge=1)] = 1_000
    samples_per_second: Annotated[int, Field(ge=0, le=10_000)] = 0
    nat_ports: PortRange = "10000-32767"
    nat_flows: Annotated[int, Field(ge=16, le=1 << 24)] = 65536
    # RFC 5382 5, REQ-5: not less than this, for whom nothing else is known.
    nat_idle: Annotated[Seconds, Field(ge=1, le=7 * 86400)] = 7440.0

    def limits(self) -> Limits:
        """Return the bounds of what is kept and answered."""
        return Limits(
            self.flow_entries,
            self.flow_idle,
            self.new_flows_per_second,
            self.answers_per_second,
            self.samples_per_second,
            nat_limits(port_range(self.nat_ports), self.nat_flows, self.nat_idle),
        )


class BackendTable(Table):
    """A backend of a pool; weight 0 drains it."""

    name: str
    address: OuterAddress
    weight: Annotated[int, Field(ge=0, le=MAX_WEIGHT)] = 1
    address6: OuterAddress6 | None = None
    mac: MacAddress | None = None

    def backend(self) -> Backend:
        """Return the backend as a record."""
        mac = mac_octets(self.mac) if self.mac else None
        return Backend(self.name, self.address, self.weight, self.address6, mac)


class PoolTable(Table):
    """Backends that serve the same."""

    name: str
    health: HealthTable
    slow_start: SlowStartTable | None = None
    all_down: AllDown = AllDown.SERVE
    backend: Annotated[tuple[BackendTable, ...], Field(min_length=1)]

    def pool(self) -> Pool:
        """Return the pool as a record."""
        return Pool(self.name, tuple(each.backend() for each in self.backend))

    def plan(self, aspects: tuple[str, ...]) -> PoolPlan:
        """Return the pool and how it is kept; `aspects` are the names of its checks."""
        ramp = self.slow_start.slow_start() if self.slow_start else AT_ONCE
        thresholds = Thresholds(self.health.rise, self.health.fall)
        return PoolPlan(self.pool(), thresholds, ramp, self.all_down, aspects)

    def checked(self, way: str) -> "PoolTable":
        """Return this, with checks by another way."""
        health = self.health.model_copy(update={"through": way})
        return self.model_copy(update={"health": health})


class VipConfig(Table):
    """The whole file."""

    balancer: BalancerTable
    metrics: MetricsTable | None = None
    pool: Annotated[tuple[PoolTable, ...], Field(min_length=1)]
    vip: Annotated[tuple[VipTable, ...], Field(min_length=1, max_length=MAX_VIPS)]

    def options(self, mtu: int, mac: bytes) -> Options:
        """Return what is fixed for an interface of this MTU and hardware address."""
        table = self.balancer
        return Options(
            source=table.source,
            mtu=mtu,
            mac=mac,
            gateway_mac=mac_octets(table.gateway_mac),
            limits=table.limits(),
            splits=any(vip.too_big == "split" for vip in self.vip),
            forwardings=self.modes(),
            source6=table.source6,
        )

    def plan(self, options: Options) -> Plan:
        """Return what is asked for, as records."""
        return Plan(
            options,
            tuple(pool.plan(self.aspects(pool)) for pool in self.pool),
            tuple(VipPlan(vip.vip(), vip.selection.selection()) for vip in self.vip),
        )

    def modes(self) -> frozenset[Forwarding]:
        """Return the modes of forwarding that VIPs have."""
        return frozenset(vip.mode() for vip in self.vip)

    def through(self, way: str) -> "VipConfig":
        """Return this, with checks of pools that leave it open by the way given."""
        pools = tuple(
            pool.checked(way) if pool.health.through == "auto" else pool
            for pool in self.pool
        )
        return self.model_copy(update={"pool": pools})

    def untunnelled(self) -> "VipConfig":
        """Return this, with direct checks of pools that leave it open and need them."""
        pools = tuple(
            pool.checked("direct")
            if pool.health.through == "auto" and self.untunnelled_vip(pool)
            else pool
            for pool in self.pool
        )
        return self.model_copy(update={"pool": pools})

    def untunnelled_vip(self, pool: PoolTable) -> VipTable | None:
        """Return a VIP of a pool whose packets take no tunnel, if there is one."""
        vips = (vip for vip in self.vip if vip.pool == pool.name)
        return next((vip for vip in vips if vip.mode() not in TUNNELS), None)

    def aspects(self, pool: PoolTable) -> tuple[str, ...]:
        """Return the names of a pool's checks: its VIPs', or the direct one's, ""."""
        if pool.health.through == "direct":
            return ("",)
        addresses = (str(vip.address) for vip in self.vip if vip.pool == pool.name)
        return tuple(dict.fromkeys(addresses)) or ("",)


def read_vip_config(path: Path) -> VipConfig:
    """Return the file at `path`; ConfigError with every mistake that is in it."""
    config = read_config(path, VipConfig)
    if mistakes := list(find_mistakes(config)):
        raise config_error(str(path), mistakes)
    return config


def find_mistakes(config: VipConfig) -> Iterator[Mistake]:
    """Yield what is wrong between tables, each of which is right by itself."""
    yield from _repeated("pool", (pool.name for pool in config.pool))
    for index, pool in enumerate(config.pool):
        path = f"pool[{index}]"
        yield from _repeated(f"{path}.backend", (b.name for b in pool.backend))
        yield from pool.health.mistakes(f"{path}.health")
        if pool.health.through != "direct" and config.aspects(pool) == ("",):
            what = "no VIP leads to this pool, and a tunnel checks VIPs"
            yield Mistake(f"{path}.health.through", what)
        untunnelled = config.untunnelled_vip(pool)
        if pool.health.through == "tunnel" and untunnelled:
            what = f"VIP {untunnelled.name!r} has none: {untunnelled.forwarding}"
            yield Mistake(f"{path}.health.through", what)
    places = ((vip.address, vip.port, vip.protocol) for vip in config.vip)
    yield from _repeated("vip", places)
    pools = [pool.name for pool in config.pool]
    for index, vip in enumerate(config.vip):
        if vip.pool not in pools:
            what = f"no pool is named {vip.pool!r}" + did_you_mean(vip.pool, pools)
            yield Mistake(f"vip[{index}].pool", what)
        yield from vip.mistakes(f"vip[{index}]")
    yield from _addresses_missing(config)
    if sum(len(pool.backend) for pool in config.pool) > MAX_BACKENDS:
        yield Mistake("pool", f"more than {MAX_BACKENDS} backends in all")


def _addresses_missing(config: VipConfig) -> Iterator[Mistake]:
    """Yield the IPv6 addresses that are missing where a VIP's forwarding needs them."""
    needing = [vip for vip in config.vip if needs_ipv6(vip.mode(), vip.address)]
    if needing and config.balancer.source6 is None:
        what = f"missing, and VIP {needing[0].name!r} needs it: {needing[0].forwarding}"
        yield Mistake("balancer.source6", what)
    for index, pool in enumerate(config.pool):
        why = next((vip for vip in needing if vip.pool == pool.name), None)
        for number, backend in enumerate(pool.backend if why else ()):
            if why and backend.address6 is None:
                what = f"missing, and VIP {why.name!r} needs it: {why.forwarding}"
                yield Mistake(f"pool[{index}].backend[{number}].address6", what)


def _repeated(path: str, values: Iterable[Hashable]) -> Iterator[Mistake]:
    first: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            yield Mistake(f"{path}[{index}]", f"the same as {path}[{first[value]}]")
