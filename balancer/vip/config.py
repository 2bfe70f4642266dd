"""vip.toml as people write it, and the records that the agent works with."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ..config import (
    AnyAddress,
    Mistake,
    Seconds,
    Table,
    config_error,
    did_you_mean,
    read_config,
)
from ..errors import WireError
from ..metrics_config import MetricsTable
from ..model import Backend, Handling, Pool, Protocol, TooBig, Tracking, Vip
from ..wire.ethernet import mac_octets
from .choices import HealthTable, Port, SelectionChoice, SelectionTable, SlowStartTable
from .encapsulate import MIN_MTU
from .health import Thresholds
from .limits import MAX_BACKENDS, MAX_VIPS
from .pace import AT_ONCE
from .plan import AllDown, Plan, PoolPlan, VipPlan
from .tables import Limits, Options
from .xdp import XdpMode

MAX_WEIGHT = 1000
PROTOCOLS = {"tcp": Protocol.TCP, "udp": Protocol.UDP}


def _ipv4(value: object) -> IPv4Address:
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError as error:
        what = f"{value!r} is no IPv4 address, which the outer header needs"
        raise ValueError(what) from error


def _is_mac(text: str) -> str:
    try:
        mac_octets(text)
    except WireError as error:
        raise ValueError(str(error)) from error
    return text


OuterAddress = Annotated[IPv4Address, BeforeValidator(_ipv4)]
MacAddress = Annotated[str, AfterValidator(_is_mac)]


class BalancerTable(Table):
    """The balancer itself, and how it sends."""

    name: str
    interface: str
    source: OuterAddress
    gateway_mac: MacAddress
    xdp: XdpMode = XdpMode.AUTO
    flow_entries: Annotated[int, Field(ge=1024, le=1 << 24)] = 65536
    # Rates are of each CPU.
    flow_idle: Annotated[Seconds, Field(ge=1, le=7 * 86400)] = 900.0
    new_flows_per_second: Annotated[int, Field(ge=1)] = 20_000
    answers_per_second: Annotated[int, Field(ge=1)] = 1_000
    samples_per_second: Annotated[int, Field(ge=0, le=10_000)] = 0

    def limits(self) -> Limits:
        """Return the bounds of what is kept and answered."""
        return Limits(
            self.flow_entries,
            self.flow_idle,
            self.new_flows_per_second,
            self.answers_per_second,
            self.samples_per_second,
        )


class BackendTable(Table):
    """A backend of a pool; weight 0 drains it."""

    name: str
    address: OuterAddress
    weight: Annotated[int, Field(ge=0, le=MAX_WEIGHT)] = 1


class PoolTable(Table):
    """Backends that serve the same."""

    name: str
    health: HealthTable
    slow_start: SlowStartTable | None = None
    all_down: AllDown = AllDown.SERVE
    backend: Annotated[tuple[BackendTable, ...], Field(min_length=1)]

    def pool(self) -> Pool:
        """Return the pool as a record."""
        backends = (Backend(b.name, b.address, b.weight) for b in self.backend)
        return Pool(self.name, tuple(backends))

    def plan(self, aspects: tuple[str, ...]) -> PoolPlan:
        """Return the pool and how it is kept; `aspects` are the names of its checks."""
        ramp = self.slow_start.slow_start() if self.slow_start else AT_ONCE
        thresholds = Thresholds(self.health.rise, self.health.fall)
        return PoolPlan(self.pool(), thresholds, ramp, self.all_down, aspects)


class VipTable(Table):
    """A VIP; one for each family, port and protocol."""

    name: str
    address: AnyAddress
    port: Port
    protocol: Literal["tcp", "udp"] = "tcp"
    pool: str
    tracking: Literal["off", "all", "established", "changed"] = "established"
    too_big: Literal["answer", "split"] = "answer"
    mtu: Annotated[int, Field(ge=MIN_MTU, le=65535)] | None = None
    clamp_mss: Annotated[int, Field(ge=64, le=65535)] | None = None
    selection: SelectionChoice = SelectionTable()

    def vip(self) -> Vip:
        """Return the VIP as a record."""
        return Vip(
            self.name,
            self.address,
            self.port,
            PROTOCOLS[self.protocol],
            self.pool,
            self.handling(),
        )

    def handling(self) -> Handling:
        """Return what is done for its packets."""
        return Handling(
            Tracking[self.tracking.upper()],
            TooBig[self.too_big.upper()],
            self.mtu or 0,
            self.clamp_mss or 0,
        )


class VipConfig(Table):
    """The whole file."""

    balancer: BalancerTable
    metrics: MetricsTable | None = None
    pool: Annotated[tuple[PoolTable, ...], Field(min_length=1)]
    vip: Annotated[tuple[VipTable, ...], Field(min_length=1, max_length=MAX_VIPS)]

    def plan(self, options: Options) -> Plan:
        """Return what is asked for, as records."""
        splits = any(vip.too_big == "split" for vip in self.vip)
        return Plan(
            replace(options, splits=splits),
            tuple(pool.plan(self.aspects(pool)) for pool in self.pool),
            tuple(VipPlan(vip.vip(), vip.selection.selection()) for vip in self.vip),
        )

    def through(self, way: str) -> "VipConfig":
        """Return this, with checks of pools that leave it open by the way given."""
        pools = tuple(
            pool.model_copy(
                update={"health": pool.health.model_copy(update={"through": way})}
            )
            if pool.health.through == "auto"
            else pool
            for pool in self.pool
        )
        return self.model_copy(update={"pool": pools})

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
    places = ((vip.address, vip.port, vip.protocol) for vip in config.vip)
    yield from _repeated("vip", places)
    pools = [pool.name for pool in config.pool]
    for index, vip in enumerate(config.vip):
        if vip.pool not in pools:
            what = f"no pool is named {vip.pool!r}" + did_you_mean(vip.pool, pools)
            yield Mistake(f"vip[{index}].pool", what)
        yield from vip.selection.mistakes(f"vip[{index}].selection")
    if sum(len(pool.backend) for pool in config.pool) > MAX_BACKENDS:
        yield Mistake("pool", f"more than {MAX_BACKENDS} backends in all")


def _repeated(path: str, values: Iterable[Hashable]) -> Iterator[Mistake]:
    first: dict[Hashable, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            yield Mistake(f"{path}[{index}]", f"the same as {path}[{first[value]}]")
