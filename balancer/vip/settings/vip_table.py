"""A VIP as vip.toml has it."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ...config import Mistake, Name, Table, Whole, YesOrNo
from ...model import (
    ALL_PORTS,
    Affinity,
    Forwarding,
    Handling,
    Protocol,
    TooBig,
    Tracking,
    Vip,
)
from ..tables.modes import LEAST_IPV6_MTU, OVERHEAD, min_mtu
from .addresses import HostAddress
from .choices import SelectionChoice, SelectionTable

LARGEST_PORT = 65535
PROTOCOLS = {"tcp": Protocol.TCP, "udp": Protocol.UDP}


def _vip_port(value: object) -> int:
    """Return a port's number, 0 for all that no other VIP has."""
    if value == ALL_PORTS:
        return 0
    if not (isinstance(value, int) and 1 <= value <= LARGEST_PORT) or value is True:
        what = f"no port from 1 to {LARGEST_PORT}, nor {ALL_PORTS!r} of them"
        raise ValueError(f"{value!r} is {what}")
    return value


VipPort = Annotated[int, BeforeValidator(_vip_port)]


class VipTable(Table):
    """A VIP; one for each family, port and protocol."""

    name: Name
    address: HostAddress
    port: VipPort
    protocol: Literal["tcp", "udp"] = "tcp"
    pool: str
    tracking: Literal["off", "all", "established", "changed"] = "established"
    too_big: Literal["answer", "split"] = "answer"
    forwarding: Literal["gre", "gre6", "ipip", "gue", "l2", "nat"] = "gre"
    second_chance: YesOrNo = False
    affinity: Literal["flow", "client"] = "flow"
    mtu: Annotated[Whole, Field(ge=LEAST_IPV6_MTU, le=65535)] | None = None
    clamp_mss: Annotated[Whole, Field(ge=64, le=65535)] | None = None
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
            self.mode(),
            Affinity[self.affinity.upper()],
        )

    def mode(self) -> Forwarding:
        """Return how its packets reach their backend."""
        if self.second_chance:
            return Forwarding.GRE_KEY
        return Forwarding[self.forwarding.upper()]

    def mistakes(self, path: str) -> Iterator[Mistake]:
        """Yield what is wrong between keys, each of which is right by itself."""
        yield from self.selection.mistakes(f"{path}.selection")
        if self.second_chance and (self.forwarding, self.protocol) != ("gre", "tcp"):
            what = "there is one only for TCP whose packets go inside GRE over IPv4"
            yield Mistake(f"{path}.second_chance", what)
        least = min_mtu([self.mode()])
        if self.mtu and self.mtu < least:
            what = f"{self.mtu} is less than {least}, which {self.forwarding} needs"
            yield Mistake(f"{path}.mtu", what)
        if self.too_big == "split" and not OVERHEAD[self.mode()]:
            what = f"{self.forwarding} makes no packet larger; there is none to split"
            yield Mistake(f"{path}.too_big", what)
