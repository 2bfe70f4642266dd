"""backend.toml as people write it."""

from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from ..config import AnyAddress, Table, read_config

MAX_ADDRESSES = 512  # as many as the maps hold (bpf/decap.bpf.c)


class Decapsulation(StrEnum):
    """Who strips: the kernel's gre device, or XDP; `AUTO` tries in that order."""

    AUTO = "auto"
    DEVICE = "device"
    XDP = "xdp"


def _ipv4(value: object) -> IPv4Address:
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError as error:
        what = f"{value!r} is no IPv4 address, as an outer source is"
        raise ValueError(what) from error


class BackendTable(Table):
    """The backend, and whose packets it takes for whom."""

    name: str
    interface: str
    decapsulation: Decapsulation = Decapsulation.AUTO
    balancers: Annotated[
        tuple[Annotated[IPv4Address, BeforeValidator(_ipv4)], ...],
        Field(min_length=1, max_length=MAX_ADDRESSES),
    ]
    vips: Annotated[
        tuple[AnyAddress, ...], Field(min_length=1, max_length=MAX_ADDRESSES)
    ]


class BackendConfig(Table):
    """The whole file."""

    backend: BackendTable


def read_backend_config(path: Path) -> BackendConfig:
    """Return the file at `path`; ConfigError with every mistake that is in it."""
    return read_config(path, BackendConfig)
