"""vip.toml as people write it, and the records that the agent works with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ...config import (
    Mistake,
    Name,
    Seconds,
    SomeOf,
    Table,
    Whole,
    config_error,
    read_config,
    repeated,
)
from ...kernel.xdp import XdpMode
from ...metrics_config import MetricsTable
from ...model import Backend, Forwarding, Pool
from ...suggest import did_you_mean
from ...wire.ethernet import mac_octets
from ..nat.ports import PortRange, port_range
from ..pools.health import Thresholds
from ..pools.pace import AT_ONCE
from ..pools.plan import AllDown, Plan, PoolPlan, VipPlan
from ..tables.limits import MAX_BACKENDS, MAX_VIPS
from ..tables.modes import FOLLOWED, needs_ipv6
from ..tables.nat_limits import nat_limits
from ..tables.options import Limits, Options
from .addresses import MacAddress, OuterAddress, OuterAddress6
from .choices import HealthTable, SlowStartTable
from .vip_table import VipTable

MAX_WEIGHT = 1000
# Names of checks of a backend's own addresses; those of VIPs are theirs.
OWN, OWN6 = "", "address6"
LONGEST_INTERFACE = 15  # IFNAMSIZ of linux/if.h, less the 0 that ends it
MAX_RATE = 1_000_000_000  # per second; the program counts in 32 bits


class BalancerTable(Table):
    """The balancer itself, and how it sends."""

    name: Name
    interface: Annotated[Name, Field(max_length=LONGEST_INTERFACE)]
    source: OuterAddress
    source6: OuterAddress6 | None = None
    gateway_mac: MacAddress
    xdp: XdpMode = XdpMode.AUTO
    flow_entries: Annotated[Whole, Field(ge=1024, le=1 << 24)] = 65536
    flow_idle: Annotated[Seconds, Field(ge=1, le=7 * 86400)] = 900.0
    # Rates are of each CPU.
    new_flows_per_second: Annotated[Whole, Field(ge=1, le=MAX_RATE)] = 20_000
    answers_per_second: Annotated[Whole, Field(ge=1, le=MAX_RATE)] = 1_000
    samples_per_second: Annotated[Whole, Field(ge=0, le=10_000)] = 0
    nat_ports: PortRange = "10000-32767"
    nat_flows: Annotated[Whole, Field(ge=16, le=1 << 24)] = 65536
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

    name: Name
    address: OuterAddress
    weight: Annotated[Whole, Field(ge=0, le=MAX_WEIGHT)] = 1
    address6: OuterAddress6 | None = None
    mac: MacAddress | None = None

    def backend(self) -> Backend:
        """Return the backend as a record."""
        mac = mac_octets(self.mac) if self.mac else None
        return Backend(self.name, self.address, self.weight, self.address6, mac)


class PoolTable(Table):
    """Backends that serve the same."""

    name: Name
    health: HealthTable
    slow_start: SlowStartTable | None = None
    all_down: AllDown = AllDown.SERVE
    backend: SomeOf[BackendTable]

    def pool(self) -> Pool:
        """Return the pool as a record."""
        return Pool(self.name, tuple(each.backend() for each in self.backend))

    def plan(self, aspects: tuple[str, ...]) -> PoolPlan:
        """Return the pool and how it is kept; `aspects` are the names of its checks."""
        ramp = self.slow_start.slow_start() if self.slow_start else AT_ONCE
        health = self.health
        return PoolPlan(
            self.pool(),
            Thresholds(health.rise, health.fall),
            ramp,
            self.all_down,
            aspects,
            health.interval + health.timeout,
        )

    def checked(self, way: str) -> "PoolTable":
        """Return this, with checks by another way."""
        health = self.health.model_copy(update={"through": way})
        return self.model_copy(update={"health": health})


class VipConfig(Table):
    """The whole file."""

    balancer: BalancerTable
    metrics: MetricsTable | None = None
    pool: SomeOf[PoolTable]
    vip: Annotated[SomeOf[VipTable], Field(max_length=MAX_VIPS)]

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

    def unfollowed(self) -> "VipConfig":
        """Return this, with direct checks of pools that leave it open and need them."""
        pools = tuple(
            pool.checked("direct")
            if pool.health.through == "auto" and self.unfollowed_vip(pool)
            else pool
            for pool in self.pool
        )
        return self.model_copy(update={"pool": pools})

    def unfollowed_vip(self, pool: PoolTable) -> VipTable | None:
        """Return a VIP of a pool whose packets no check can follow, if there is one."""
        vips = (vip for vip in self.vip if vip.pool == pool.name)
        return next((vip for vip in vips if vip.mode() not in FOLLOWED), None)

    def aspects(self, pool: PoolTable) -> tuple[str, ...]:
        """Return the names of a pool's checks: its VIPs', or the direct ones'.

        Where packets go to hardware addresses it is both: by the direct one the kernel
        learns them. Where they are translated in IPv6, that address is checked too.
        """
        vips = [vip for vip in self.vip if vip.pool == pool.name]
        if pool.health.through == "direct" or not vips:
            six = any(
                v.mode() is Forwarding.NAT and v.address.version == 6 for v in vips
            )
            return (OWN, OWN6) if six else (OWN,)
        by_mac = any(vip.mode() is Forwarding.L2 for vip in vips)
        addresses = dict.fromkeys(str(vip.address) for vip in vips)
        return (*addresses, OWN) if by_mac else tuple(addresses)


def read_vip_config(path: Path) -> VipConfig:
    """Return the file at `path`; ConfigError with every mistake that is in it."""
    config = read_config(path, VipConfig)
    if mistakes := list(find_mistakes(config)):
        raise config_error(str(path), mistakes)
    return config


def find_mistakes(config: VipConfig) -> Iterator[Mistake]:
    """Yield what is wrong between tables, each of which is right by itself."""
    yield from repeated("pool", (pool.name for pool in config.pool))
    for index, pool in enumerate(config.pool):
        path = f"pool[{index}]"
        yield from repeated(f"{path}.backend", (b.name for b in pool.backend))
        yield from _twins(path, pool)
        yield from pool.health.mistakes(f"{path}.health")
        if pool.health.through != "direct" and config.aspects(pool) == (OWN,):
            what = "no VIP leads to this pool, and a tunnel checks VIPs"
            yield Mistake(f"{path}.health.through", what)
        unfollowed = config.unfollowed_vip(pool)
        if pool.health.through == "tunnel" and unfollowed:
            what = f"VIP {unfollowed.name!r} has none: {unfollowed.forwarding}"
            yield Mistake(f"{path}.health.through", what)
    places = ((vip.address, vip.port, vip.protocol) for vip in config.vip)
    yield from repeated("vip", places)
    pools = [pool.name for pool in config.pool]
    for index, vip in enumerate(config.vip):
        if vip.pool not in pools:
            what = f"no pool is named {vip.pool!r}" + did_you_mean(vip.pool, pools)
            yield Mistake(f"vip[{index}].pool", what)
        yield from vip.mistakes(f"vip[{index}]")
    yield from _addresses_missing(config)
    yield from _overlaps(config)
    yield from _slots_missing(config)
    if sum(len(pool.backend) for pool in config.pool) > MAX_BACKENDS:
        yield Mistake("pool", f"more than {MAX_BACKENDS} backends in all")


def _twins(path: str, pool: PoolTable) -> Iterator[Mistake]:
    """Yield the addresses that another backend of the pool has: a drain of one of them
    would leave the machine its flows by the other.
    """
    for key in ("address", "address6"):
        first: dict[object, str] = {}
        for number, backend in enumerate(pool.backend):
            address = getattr(backend, key)
            name = first.setdefault(address, backend.name)
            if address and name != backend.name:
                what = f"{name!r} has it, too; for twice the share: weight = 2"
                yield Mistake(f"{path}.backend[{number}].{key}", what)


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


def _overlaps(config: VipConfig) -> Iterator[Mistake]:
    """Yield the addresses that are somebody else's already, whose packets would not
    get where they are sent to.
    """
    balancer = config.balancer
    own = (balancer.source, balancer.source6)
    vips = {vip.address: vip for vip in reversed(config.vip)}
    translated = {v.pool for v in config.vip if v.mode() is Forwarding.NAT}
    for index, vip in enumerate(config.vip):
        if vip.address in own:
            yield Mistake(f"vip[{index}].address", "the balancer's own, its source")
    for index, pool in enumerate(config.pool):
        for number, backend in enumerate(pool.backend):
            path = f"pool[{index}].backend[{number}]"
            for key in ("address", "address6"):
                address = getattr(backend, key)
                if address in vips:
                    what = f"VIP {vips[address].name!r} has it, so packets come back"
                    yield Mistake(f"{path}.{key}", what)
                elif address and address in own and pool.name in translated:
                    yield Mistake(f"{path}.{key}", "the balancer's own, its source")


def _slots_missing(config: VipConfig) -> Iterator[Mistake]:
    """Yield the tables in which not every backend has room for one slot."""
    sizes = {pool.name: len(pool.backend) for pool in config.pool}
    for index, vip in enumerate(config.vip):
        least = sizes.get(vip.pool, 0)
        if 0 < vip.selection.slots < least:
            what = f"{vip.selection.slots} are fewer than the pool's {least} backends"
            yield Mistake(f"vip[{index}].selection.slots", what)
