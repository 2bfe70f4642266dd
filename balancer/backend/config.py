"""backend.toml as people write it."""

from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ..config import AnyAddress, Mistake, SomeOf, Table, config_error, read_config
from ..model import Forwarding
from ..vip.tables.modes import OVERHEAD, TUNNELS

MAX_ADDRESSES = 512  # as many as the maps hold (bpf/rules.h)
DEVICE_MODES = frozenset({Forwarding.GRE})  # what the kernel's device takes off


class Decapsulation(StrEnum):
    """Who strips: the kernel's gre device, where it is enough, or XDP.

    `AUTO` tries in that order.
    """

    AUTO = "auto"
    DEVICE = "device"
    XDP = "xdp"


def _ipv4(value: object) -> IPv4Address:
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError as error:
        what = f"{value!r} is no IPv4 address, as one in a key is"
        raise ValueError(what) from error


Ipv4 = Annotated[IPv4Address, BeforeValidator(_ipv4)]
Encapsulation = Literal["gre", "gre6", "ipip", "gue"]
Addresses = Annotated[SomeOf[AnyAddress], Field(max_length=MAX_ADDRESSES)]


class BackendTable(Table):
    """The backend, and whose packets it takes for whom."""

    name: str
    interface: str
    decapsulation: Decapsulation = Decapsulation.AUTO
    encapsulations: tuple[Encapsulation, ...] | None = None
    balancers: Addresses
    vips: Addresses
    peers: Annotated[tuple[Ipv4, ...], Field(max_length=MAX_ADDRESSES)] = ()

    def overhead(self) -> int:
        """Return the most octets that are taken off a packet."""
        modes = self.modes() | ({Forwarding.GRE_KEY} if self.peers else frozenset())
        return max((OVERHEAD[mode] for mode in modes), default=0)

    def modes(self) -> frozenset[Forwarding]:
        """Return the modes that are taken off: where none is named, all that can be."""
        if self.encapsulations is not None:
            return frozenset(Forwarding[name.upper()] for name in self.encapsulations)
        by_device = self.decapsulation is Decapsulation.DEVICE
        return DEVICE_MODES if by_device else TUNNELS


class BackendConfig(Table):
    """The whole file."""

    backend: BackendTable


def read_backend_config(path: Path) -> BackendConfig:
    """Return the file at `path`; ConfigError with every mistake that is in it."""
    config = read_config(path, BackendConfig)
    if mistakes := list(_mistakes(config.backend)):
        raise config_error(str(path), mistakes)
    return config


def _mistakes(table: BackendTable) -> Iterator[Mistake]:
    """Yield what is wrong between keys, each of which is right by itself."""
    modes = table.modes()
    by_device = table.decapsulation is Decapsulation.DEVICE
    if by_device and modes != DEVICE_MODES:
        what = 'the gre device takes off "gre" alone; "auto" and "xdp" take all'
        yield Mistake("backend.encapsulations", what)
    if table.peers and by_device:
        what = 'the gre device hands nothing on; "auto" and "xdp" do'
        yield Mistake("backend.peers", what)
    if table.peers and Forwarding.GRE not in modes:
        yield Mistake("backend.peers", 'packets come from them and for them in "gre"')
    for both in sorted(set(table.peers) & set(table.balancers), key=str):
        yield Mistake("backend.peers", f"{both} is a balancer's")
    over = {6 if mode is Forwarding.GRE6 else 4 for mode in modes}
    for version in over - {balancer.version for balancer in table.balancers}:
        if by_device or table.encapsulations is not None:
            what = f"no IPv{version} address, from which a mode that is named comes"
            yield Mistake("backend.balancers", what)
