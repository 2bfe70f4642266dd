"""announce.toml as people write it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from ..config import (
    AnyAddress,
    DnsName,
    Mistake,
    Seconds,
    SomeOf,
    Table,
    config_error,
    read_config,
    repeated,
)

DNS_PORT, HTTP_PORT = 53, 80


Interval = Annotated[Seconds, Field(ge=0.01, le=3600)]
InARow = Annotated[int, Field(ge=1, le=100)]


class CheckTable(Table):
    """One check; of those with the same `any_of`, one that passes is enough.

    Args:
        name: for people.
        kind: dns passes with an authoritative answer to a question for the SOA record
            of `zone`, http with a status of 2xx, tcp with a connection.
        any_of: the name of what several checks say something about.
        interval: from one to the next, where that is another than for all.
        timeout: for an answer, likewise.
    """

    name: str
    kind: Literal["dns", "http", "tcp"]
    address: AnyAddress
    port: int | None = Field(default=None, ge=1, le=65535)
    zone: DnsName | None = None
    path: str | None = None
    any_of: str | None = None
    interval: Interval | None = None
    timeout: Interval | None = None


class AnnounceTable(Table):
    """Who announces what to whom, and how many checks in a row decide."""

    anycast: str
    member: str
    router: Path
    interval: Interval = 0.1
    timeout: Interval = 0.4
    rise: InARow = 3
    fall: InARow = 2
    check: SomeOf[CheckTable]


class AnnounceConfig(Table):
    """The whole file."""

    announce: AnnounceTable


def read_announce_config(path: Path) -> AnnounceConfig:
    """Return the file at `path`; ConfigError with every mistake that is in it."""
    config = read_config(path, AnnounceConfig)
    if mistakes := list(_mistakes(config.announce)):
        raise config_error(str(path), mistakes)
    return config


def _mistakes(table: AnnounceTable) -> Iterator[Mistake]:
    yield from repeated("announce.check", (check.name for check in table.check))
    for index, check in enumerate(table.check):
        path = f"announce.check[{index}]"
        yield from _needed(f"{path}.zone", check.zone, check.kind == "dns")
        yield from _needed(f"{path}.path", check.path, check.kind == "http")
        if check.kind == "tcp" and check.port is None:
            yield Mistake(f"{path}.port", "missing")


def _needed(path: str, given: object, is_needed: bool) -> Iterator[Mistake]:
    if is_needed and given is None:
        yield Mistake(path, "missing")
    if given is not None and not is_needed:
        yield Mistake(path, "means nothing to this kind of check")
