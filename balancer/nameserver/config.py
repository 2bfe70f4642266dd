"""dns.toml as people write it: the tables, and what each is by itself."""

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, model_validator

from ..config import (
    NOT_EMPTY,
    AnyAddress,
    AnyNetwork,
    SomeOf,
    Table,
    WholeSeconds,
)
from ..model import Address
from ..wire.dns.names import name_from_text
from ..wire.dns.records import AddressData, NameData, Rdata, text_data

MAX_TTL_S = 2**31 - 1  # RFC 2181, section 8
MAX_SERIAL = 2**32 - 1


def _name(value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no name in quotes")
    return name_from_text(value)


Name = Annotated[bytes, PlainValidator(_name)]
Ttl = Annotated[WholeSeconds, Field(ge=0, le=MAX_TTL_S)]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class ServerTable(Table):
    """Where the server stands and listens."""

    site: str
    listen: SomeOf[AnyAddress]
    port: int = Field(default=53, ge=0, le=65535)


class RecordTable(Table):
    """One record; records of the same name and type form a set."""

    name: Name
    type: Literal["A", "AAAA", "NS", "CNAME", "TXT"]
    value: str
    ttl: Ttl | None = None

    @model_validator(mode="after")
    def _value_fits(self) -> "RecordTable":
        self.data()
        return self

    def data(self) -> Rdata:
        """Return the value as rdata; ValueError when it is none of this type."""
        if self.type in ("NS", "CNAME"):
            return NameData(name_from_text(self.value))
        if self.type == "TXT":
            return text_data(self.value)
        version = 4 if self.type == "A" else 6
        return AddressData(_address_of(version, self.value))


class DelegationTable(Table):
    """A zone cut: the child's servers with their addresses."""

    name: Name
    nameservers: Annotated[dict[Name, tuple[AnyAddress, ...]], NOT_EMPTY]


class SiteTable(Table):
    """A candidate of a service."""

    name: str
    addresses: SomeOf[AnyAddress]


class ServiceTable(Table):
    """A name whose answer a policy chooses."""

    name: Name
    ttl: Ttl
    policy: Literal["nearest", "static"]
    site: SomeOf[SiteTable]


class ZoneTable(Table):
    """A zone that the server is authoritative for."""

    name: Name
    primary: Name
    contact: Name
    serial: int = Field(ge=0, le=MAX_SERIAL)
    ttl: Ttl
    negative_ttl: Ttl
    record: tuple[RecordTable, ...] = ()
    delegation: tuple[DelegationTable, ...] = ()
    service: tuple[ServiceTable, ...] = ()


class NetworkTable(Table):
    """Where the clients of a prefix are."""

    prefix: AnyNetwork
    location: str


class MapTable(Table):
    """The geography of client networks."""

    network: tuple[NetworkTable, ...] = ()
    rtt_ms: dict[str, dict[str, Milliseconds]] = Field(default_factory=dict)


class DnsConfig(Table):
    """The whole file."""

    server: ServerTable
    zone: SomeOf[ZoneTable]
    map: MapTable = MapTable()


def _address_of(version: int, text: str) -> Address:
    address = ip_address(text)
    if address.version != version:
        raise ValueError(f"{text!r} is no IPv{version} address")
    return address
