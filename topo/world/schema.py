"""The shape of a world file, for pydantic; what spans tables is in `checks`."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from .quantities import CAPACITY_RPS, DELAY_MS, LOSS, RATE_MBIT, TTL_S
from .records import ResolverKind
from .suggest import did_you_mean, one_of

ECS_KINDS = (ResolverKind.UNBOUND, ResolverKind.PDNS_RECURSOR, ResolverKind.DNSMASQ)
# The products refuse larger minima: ARM of BIND 9.18, man page of dnsmasq 2.90.
MIN_TTL_MOST_S = {ResolverKind.BIND9: 90, ResolverKind.DNSMASQ: 3600}

# "Setting this to lower than 15 will make this value 15": settings of the Recursor.
MAX_TTL_LEAST_S = {ResolverKind.PDNS_RECURSOR: 15}

_NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# Recursive resolvers answer for these themselves (RFC 6761, RFC 7686).
_LOCAL_DOMAINS = ("test", "invalid", "localhost", "local", "onion", "arpa", "internal")


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a file defines, for checking references to them."""

    sites: frozenset[str]
    resolvers: frozenset[str]


def _refer(value: str, what: str, known: frozenset[str]) -> str:
    if value not in known:
        raise ValueError(f'no {what} "{value}" {one_of(value, sorted(known))}')
    return value


def _site(value: str, info: ValidationInfo) -> str:
    return _refer(value, "site", info.context.sites) if info.context else value


def _resolver(value: str, info: ValidationInfo) -> str:
    return _refer(value, "resolver", info.context.resolvers) if info.context else value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(
            f'"{value}" is not a name (lower-case letters, digits and "-", '
            "a letter first)"
        )
    return value


def _domain(value: str) -> str:
    if not _DOMAIN.fullmatch(value) or len(value) > 200:
        raise ValueError(f'"{value}" is not a domain (such as "frontlab.net")')
    if value.rsplit(".", 1)[-1] in _LOCAL_DOMAINS:
        raise ValueError(
            f'resolvers answer "{value}" themselves (use such as "frontlab.net")'
        )
    return value


def _ttl(value: object) -> int:
    return int(TTL_S.parse(value))


DelayMs = Annotated[float, BeforeValidator(DELAY_MS.parse)]
Loss = Annotated[float, BeforeValidator(LOSS.parse)]
RateMbit = Annotated[float, BeforeValidator(RATE_MBIT.parse)]
TtlS = Annotated[int, BeforeValidator(_ttl)]
CapacityRps = Annotated[float, BeforeValidator(CAPACITY_RPS.parse)]
Name = Annotated[str, AfterValidator(_name)]
SiteName = Annotated[str, AfterValidator(_site)]
ResolverName = Annotated[str, AfterValidator(_resolver)]
Mtu = Annotated[int, Field(ge=1280, le=1500)]  # IPv6 needs 1280, hosts have 1500


class Table(BaseModel):
    """A table whose keys are all known and none of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


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
    hosts: Annotated[int, Field(ge=1, le=200)] = 1
    resolver: ResolverName


class ResolverTable(Table):
    """A recursive resolver."""

    name: Name
    site: SiteName
    kind: Annotated[ResolverKind, BeforeValidator(lambda it: _choice(ResolverKind, it))]
    ecs: bool = False
    forward_to: Annotated[ResolverName | None, Field(validate_default=True)] = None
    min_ttl: TtlS | None = None
    max_ttl: TtlS | None = None

    @field_validator("ecs")
    @classmethod
    def _can_ecs(cls, value: bool, info: ValidationInfo) -> bool:
        kind = info.data.get("kind")
        if value and kind and kind not in ECS_KINDS:
            raise ValueError(
                f"{kind} sends no client subnets (kinds that do: {_list_kinds()})"
            )
        return value

    @field_validator("forward_to")
    @classmethod
    def _forwards(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        if value is None and kind is ResolverKind.DNSMASQ:
            raise ValueError("missing (dnsmasq only forwards: name a resolver)")
        if value is not None and kind not in (None, ResolverKind.DNSMASQ):
            raise ValueError(f"{kind} resolves itself (leave it out, or use dnsmasq)")
        return value

    @field_validator("min_ttl")
    @classmethod
    def _allowed(cls, value: int | None, info: ValidationInfo) -> int | None:
        most = MIN_TTL_MOST_S.get(info.data.get("kind", ""))
        if value is not None and most is not None and value > most:
            raise ValueError(f"{info.data['kind']} takes at most {most} s")
        return value

    @field_validator("max_ttl")
    @classmethod
    def _ordered(cls, value: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("min_ttl")
        if value is not None and least is not None and value < least:
            raise ValueError(f"is below min_ttl ({least} s)")
        least = MAX_TTL_LEAST_S.get(info.data.get("kind", ""))
        if value is not None and least is not None and value < least:
            raise ValueError(f"{info.data['kind']} takes at least {least} s")
        return value


class DatacenterTable(Table):
    """A datacenter."""

    site: SiteName
    balancers: Annotated[int, Field(ge=1, le=32)] = 2
    backends: Annotated[int, Field(ge=1, le=128)] = 4
    capacity: CapacityRps = 1000.0


class ServiceTable(Table):
    """A name that users ask for."""

    name: Name
    port: Annotated[int, Field(ge=1, le=65535)] = 80
    ttl: TtlS = 20
    policy: Annotated[
        Literal["nearest", "static"],
        BeforeValidator(lambda it: _word(("nearest", "static"), it)),
    ] = "nearest"


class WorldTable(Table):
    """A whole world file."""

    name: Name
    description: str = ""
    domain: Annotated[str, AfterValidator(_domain)] = "frontlab.net"
    defaults: DefaultsTable = DefaultsTable()
    sites: Annotated[dict[str, SiteTable], Field(min_length=1)]
    links: list[LinkTable] = []
    clients: Annotated[list[ClientTable], Field(min_length=1)]
    resolvers: Annotated[list[ResolverTable], Field(min_length=1)]
    datacenters: Annotated[list[DatacenterTable], Field(min_length=1)]
    services: Annotated[list[ServiceTable], Field(min_length=1, max_length=100)]


def _list_kinds() -> str:
    return ", ".join(ECS_KINDS)


def _word(known: tuple[str, ...], value: object) -> str:
    if not isinstance(value, str) or value not in known:
        said = f'"{value}" is none of {", ".join(known)}'
        raise ValueError(f"{said} {did_you_mean(str(value), known)}".strip())
    return value


def _choice(kinds: type[ResolverKind], value: object) -> ResolverKind:
    return kinds(_word(tuple(kinds), value))
