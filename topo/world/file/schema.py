"""The shape of a world file, for pydantic; what spans tables is in `checks`."""

from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from balancer.errors import ConfigError
from balancer.hashing.catalogue import NAMES as SELECTIONS
from balancer.hashing.catalogue import selector
from balancer.hashing.maglev import TABLE_SIZE, require_prime
from balancer.model import Forwarding, TooBig, Tracking
from balancer.nameserver.policies.spec import Kind
from balancer.vip.tables.modes import TUNNELS, min_mtu

from ..addresses import CLIENTS_PER_NETWORK_MAX
from ..records import BalancerKind, NameserverKind, NameserverNames
from .fields import (
    CapacityRps,
    DelayMs,
    Domain,
    Loss,
    Mtu,
    Name,
    RateMbit,
    ResolverName,
    SiteName,
    Table,
    TtlS,
    choice,
    one_word_of,
)
from .resolver_table import ResolverTable

# All but that by latencies, of which a world has no map.
POLICIES = tuple(kind.value for kind in Kind if kind is not Kind.LATENCY)
TRACKINGS = tuple(tracking.name.lower() for tracking in Tracking)
# One word for GRE; whether it has a key is for other settings to say.
FORWARDINGS = tuple(
    mode.name.lower() for mode in Forwarding if mode is not Forwarding.GRE_KEY
)
TOO_BIG = tuple(way.name.lower() for way in TooBig)

Nameserver = Annotated[NameserverKind, choice(NameserverKind)]
Weight = Annotated[int, Field(ge=0, le=256)]  # as far as all balancers take it
Balancer = Annotated[BalancerKind, choice(BalancerKind)]
Names = Annotated[NameserverNames, choice(NameserverNames)]


class DirectionTable(Table):
    """What one direction of a link has of its own."""

    delay: DelayMs | None = None
    jitter: DelayMs | None = None
    loss: Loss | None = None
    rate: RateMbit | None = None
    queue: DelayMs | None = None


class DefaultsTable(Table):
    """What links have that say nothing themselves."""

    jitter: DelayMs | None = None
    loss: Loss | None = None
    rate: RateMbit | None = None
    queue: DelayMs | None = None
    mtu: Mtu | None = None


class SiteTable(Table):
    """A site; its name is the table's."""

    region: Name
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None


class LinkTable(DefaultsTable):
    """A wide-area link between two sites."""

    between: Annotated[list[SiteName], Field(min_length=2, max_length=2)]
    rtt: DelayMs | None = None
    forward: DirectionTable = DirectionTable()
    backward: Annotated[DirectionTable, Field(validate_default=True)] = DirectionTable()

    @field_validator("between")
    @classmethod
    def _two_sites(cls, value: list[str]) -> list[str]:
        if value[0] == value[1]:
            raise ValueError(f'both ends are "{value[0]}" (name two sites)')
        return value

    @field_validator("backward")
    @classmethod
    def _delays_fit(cls, value: DirectionTable, info: ValidationInfo) -> DirectionTable:
        """One-way delays and the round trip must not contradict each other."""
        rtt, forward = info.data.get("rtt"), info.data.get("forward")
        if rtt is None or forward is None:
            return value
        if forward.delay is not None and value.delay is not None:
            raise ValueError("rtt and both delays are said (leave rtt out)")
        if max(forward.delay or 0, value.delay or 0) > rtt:
            raise ValueError(f"a one-way delay is longer than the rtt ({rtt:g} ms)")
        return value


class ClientTable(Table):
    """A network of clients."""

    name: Name
    site: SiteName
    hosts: Annotated[int, Field(ge=1, le=CLIENTS_PER_NETWORK_MAX)] = 1
    resolver: ResolverName


class DatacenterTable(Table):
    """A datacenter."""

    site: SiteName
    balancers: Annotated[int, Field(ge=1, le=32)] = 2
    backends: Annotated[int, Field(ge=1, le=128)] = 4
    weights: Annotated[list[Weight], Field(default_factory=list)]
    capacity: CapacityRps = 1000.0
    nameserver: Nameserver | None = None
    balancer: Balancer | None = None
    shared_lan: bool = False
    nameserver_xdp: bool = False

    @field_validator("weights")
    @classmethod
    def _one_each(cls, value: list[int], info: ValidationInfo) -> list[int]:
        backends = info.data.get("backends", len(value))
        if value and len(value) != backends:
            raise ValueError(f"{len(value)} weights for {backends} backends")
        if value and not any(value):
            raise ValueError("all are 0 (one backend at least must serve)")
        return value


class ServiceTable(Table):
    """A name that users ask for."""

    name: Name
    port: Annotated[int, Field(ge=1, le=65535)] = 80
    ttl: TtlS = 20
    policy: Annotated[str, BeforeValidator(lambda it: one_word_of(POLICIES, it))] = (
        "nearest"
    )
    selection: Annotated[
        str, BeforeValidator(lambda it: one_word_of(SELECTIONS, it))
    ] = "maglev"
    slots: int = TABLE_SIZE
    selection_options: Annotated[dict[str, float | int], Field(default_factory=dict)]
    tracking: Annotated[str, BeforeValidator(lambda it: one_word_of(TRACKINGS, it))] = (
        "established"
    )
    forwarding: Annotated[
        str, BeforeValidator(lambda it: one_word_of(FORWARDINGS, it))
    ] = "gre"
    second_chance: bool = False
    too_big: Annotated[str, BeforeValidator(lambda it: one_word_of(TOO_BIG, it))] = (
        "answer"
    )
    mtu: Mtu | None = None
    clamp_mss: Annotated[int, Field(ge=64, le=65535)] | None = None

    @field_validator("slots")
    @classmethod
    def _prime(cls, value: int) -> int:
        try:
            require_prime("slots", value)
        except ConfigError as error:
            raise ValueError(str(error).removeprefix("slots: ")) from error
        return value

    @field_validator("selection_options")
    @classmethod
    def _known_options(
        cls, value: dict[str, float | int], info: ValidationInfo
    ) -> dict[str, float | int]:
        method = info.data.get("selection")
        if value and method:
            try:
                selector(method, value)
            except ConfigError as error:
                raise ValueError(str(error).replace("\n", "; ")) from error
        return value

    @field_validator("too_big")
    @classmethod
    def _splittable(cls, value: str, info: ValidationInfo) -> str:
        mode = info.data.get("forwarding")
        if value == "split" and mode and Forwarding[mode.upper()] not in TUNNELS:
            raise ValueError(f"{mode} makes no packet larger (there is none to split)")
        return value

    @field_validator("second_chance")
    @classmethod
    def _has_a_key(cls, value: bool, info: ValidationInfo) -> bool:
        mode = info.data.get("forwarding")
        if value and mode not in (None, "gre"):
            raise ValueError(f"there is none by {mode} (only by gre)")
        return value

    @field_validator("mtu")
    @classmethod
    def _holds_ipv6(cls, value: int | None, info: ValidationInfo) -> int | None:
        """An IPv6 packet of the least MTU must fit once it is encapsulated."""
        mode = info.data.get("forwarding")
        key = [Forwarding.GRE_KEY] if info.data.get("second_chance") else []
        least = min_mtu([Forwarding[mode.upper()], *key]) if mode else 0
        if value is not None and value < least:
            raise ValueError(f"{value} is too small for {mode} (at least {least})")
        return value


class WorldTable(Table):
    """A whole world file."""

    name: Name
    description: str = ""
    domain: Domain = "frontlab.net"
    nameserver: Nameserver = NameserverKind.OURS
    nameserver_names: Names = NameserverNames.SHARED
    balancer: Balancer = BalancerKind.OURS
    defaults: DefaultsTable = DefaultsTable()
    sites: Annotated[dict[str, SiteTable], Field(min_length=1)]
    links: Annotated[list[LinkTable], Field(default_factory=list)]
    clients: Annotated[list[ClientTable], Field(min_length=1)]
    resolvers: Annotated[list[ResolverTable], Field(min_length=1)]
    datacenters: Annotated[list[DatacenterTable], Field(min_length=1)]
    services: Annotated[list[ServiceTable], Field(min_length=1, max_length=100)]
