"""What the tables of a world file are made of: the base, names, and quantities."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
)

from balancer.suggest import did_you_mean

from .quantities import CAPACITY_RPS, DELAY_MS, LOSS, RATE_MBIT, TTL_S
from .suggest import one_of

# A world's name is its lab's, and with that a host name, which has at most 64; a
# service's is a label of DNS, at most 63 (RFC 1035 2.3.4).
NAME_MAX = 48
SHOWN = 20

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
    if len(value) > NAME_MAX:
        raise ValueError(
            f'"{value[:SHOWN]}..." is too long for a name '
            f"({len(value)} characters, at most {NAME_MAX})"
        )
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
Domain = Annotated[str, AfterValidator(_domain)]
ResolverName = Annotated[str, AfterValidator(_resolver)]
Mtu = Annotated[int, Field(ge=1280, le=1500)]  # IPv6 needs 1280, hosts have 1500


class Table(BaseModel):
    """A table whose keys are all known and none of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def one_word_of(known: tuple[str, ...], value: object) -> str:
    """Return `value` if it is one of the `known` words; ValueError with the cure."""
    if not isinstance(value, str) or value not in known:
        said = f'"{value}" is none of {", ".join(known)}'
        raise ValueError(f"{said}{did_you_mean(value, known)}")
    return value


def choice(words: type[StrEnum]) -> BeforeValidator:
    """Return the validator that takes one of an enumeration's words."""
    return BeforeValidator(lambda value: words(one_word_of(tuple(words), value)))
