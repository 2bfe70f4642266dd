"""dns.toml as people write it: the tables, and what each is by itself."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    model_validator,
)

from ...config import (
    NOT_EMPTY,
    AnyAddress,
    AnyNetwork,
    DnsName,
    Seconds,
    SomeOf,
    Table,
    WholeSeconds,
    as_text,
)
from ...metrics_config import MetricsTable
from ..content.content import FRESH_SIGNATURES
from ..protection.cookies import SECRET_OCTETS
from ..zones.text import MAX_STRING_OCTETS, rdata_from_text, text_rdata

MAX_TTL_S = 2**31 - 1  # RFC 2181, section 8
MAX_PROCESSES = 64
MAX_WEIGHT = 1e9
MAX_SERIAL = 2**32 - 1


def _secret(value: object) -> bytes:
    secret = bytes.fromhex(as_text(value))
    if len(secret) != SECRET_OCTETS:
        raise ValueError(f"{2 * len(secret)} digits, not {2 * SECRET_OCTETS}")
    return secret


def _digest(value: object) -> bytes:
    return rdata_from_text("DS", as_text(value))


def _short(text: str) -> str:
    if len(text.encode()) > MAX_STRING_OCTETS:
        raise ValueError(f"longer than {MAX_STRING_OCTETS} octets")
    return text


ShortText = Annotated[str, AfterValidator(_short)]
Secret = Annotated[bytes, PlainValidator(_secret)]
Digest = Annotated[bytes, PlainValidator(_digest)]
Ttl = Annotated[WholeSeconds, Field(ge=0, le=MAX_TTL_S)]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RateLimitTable(Table):
    """How many like responses a client network gets by UDP; see `RateLimit`."""

    per_second: int = Field(ge=1, le=1_000_000)
    window: Annotated[WholeSeconds, Field(ge=1, le=3600)] = 15
    slip: int = Field(default=2, ge=0, le=10)
    ipv4_prefix: int = Field(default=24, ge=8, le=32)
    ipv6_prefix: int = Field(default=56, ge=16, le=128)
    exempt: tuple[AnyNetwork, ...] = ()


class TcpTable(Table):
    """How many connections there may be, and how long one may be idle."""

    connections: int = Field(default=4096, ge=1, le=65536)
    idle: Annotated[Seconds, Field(ge=0.1, le=3600)] = 10.0


class ServerTable(Table):
    """Where the server stands and listens, and what it tells about itself.

    `identity` (NSID, `id.server`) is the site where it is not given; "" hides it, as
    "" hides the version. `cookie_secrets` of 32 hexadecimal digits are shared by all
    servers of an address: the first makes cookies, all of them are accepted.
    `steering` is the path of a steering map, which may come and change at any time.
    `fresh_signatures` are made a second, by each process, for names that may be made
    up. Of so many queries a second as `samples_per_second` the status object tells
    what was asked and answered. `processes` answer side by side. Where `xdp` is not
    "off", queries that come in by `interface` are answered in the kernel as far as
    possible.
    """

    site: str
    listen: SomeOf[AnyAddress]
    port: int = Field(default=53, ge=0, le=65535)
    identity: ShortText | None = None
    version: ShortText = ""
    cookies: bool = True
    cookie_secrets: tuple[Secret, ...] = ()
    tcp: TcpTable = TcpTable()
    rate_limit: RateLimitTable | None = None
    steering: str | None = None
    samples_per_second: int = Field(default=0, ge=0, le=10_000)
    fresh_signatures: int = Field(default=FRESH_SIGNATURES, ge=1, le=1_000_000)
    processes: int = Field(default=1, ge=1, le=MAX_PROCESSES)
    xdp: Literal["off", "auto", "native", "generic"] = "off"
    interface: str | None = None


class RecordTable(Table):
    """One record; records of the same name and type form a set.

    The value is written as in a zone file, with absolute names; but a TXT record's is
    one text without quotes.
    """

    name: DnsName
    type: Literal[
        "A",
        "AAAA",
        "CAA",
        "CNAME",
        "DS",
        "HTTPS",
        "MX",
        "NAPTR",
        "NS",
        "PTR",
        "SRV",
        "SSHFP",
        "SVCB",
        "TLSA",
        "TXT",
    ]
    value: str
    ttl: Ttl | None = None
    _rdata: bytes = PrivateAttr()

    @model_validator(mode="after")
    def _value_fits(self) -> "RecordTable":
        if self.type == "TXT":
            self._rdata = text_rdata(self.value)
        else:
            self._rdata = rdata_from_text(self.type, self.value)
        return self

    @property
    def rdata(self) -> bytes:
        """The value as rdata of this type."""
        return self._rdata


class DelegationTable(Table):
    """A zone cut: the child's servers with their addresses, and its key's digests."""

    name: DnsName
    nameservers: Annotated[dict[DnsName, tuple[AnyAddress, ...]], NOT_EMPTY]
    ds: tuple[Digest, ...] = ()


class SiteTable(Table):
    """A candidate of a service, by addresses or by another name."""

    name: str
    addresses: SomeOf[AnyAddress] = ()
    alias: DnsName | None = None
    weight: float = Field(default=1.0, ge=0, le=MAX_WEIGHT)


class ServiceTable(Table):
    """A name whose answer a policy chooses; what the words mean, `Spec` says."""

    name: DnsName
    ttl: Ttl
    policy: Literal[
        "static", "weighted", "failover", "nearest", "latency", "load", "sticky"
    ]
    by: Literal["client", "resolver"] = "client"
    order: Literal["fixed", "random", "rotated"] = "fixed"
    all_down: Literal["serve", "nodata"] = "serve"
    spread: Literal["query", "subnet"] = "query"
    site: SomeOf[SiteTable]


class DnssecTable(Table):
    """A zone is signed with the key in a PEM file, which is made if it is missing."""

    key: str


class TransferTable(Table):
    """The secondaries: they may have the whole zone, and are told of changes."""

    to: SomeOf[AnyAddress]
    notify: bool = True
    port: int = Field(default=53, ge=1, le=65535)


class ZoneTable(Table):
    """A zone that the server is authoritative for.

    Its SOA record stands in `file`, or else is made of the five keys behind it.
    """

    name: DnsName
    file: str | None = None
    dnssec: DnssecTable | None = None
    transfer: TransferTable | None = None
    primary: DnsName | None = None
    contact: DnsName | None = None
    serial: int | None = Field(default=None, ge=0, le=MAX_SERIAL)
    ttl: Ttl | None = None
    negative_ttl: Ttl | None = None
    record: tuple[RecordTable, ...] = ()
    delegation: tuple[DelegationTable, ...] = ()
    service: tuple[ServiceTable, ...] = ()


class NetworkTable(Table):
    """Where the clients of a prefix are."""

    prefix: AnyNetwork
    location: str


class PlaceTable(Table):
    """A point on the earth, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class MapTable(Table):
    """The geography of client networks: here, or in a file.

    Args:
        network: prefixes with their location.
        file: a network map instead, as text or in MaxMind's format (.mmdb).
        field: where a MaxMind database has the location.
        latency: a latency map, for the policy of that name.
        rtt_ms: by location, then by site.
        place: coordinates of locations and sites that `rtt_ms` does not speak of.
    """

    network: tuple[NetworkTable, ...] = ()
    file: str | None = None
    field: str = "country.iso_code"
    latency: str | None = None
    rtt_ms: dict[str, dict[str, Milliseconds]] = Field(default_factory=dict)
    place: dict[str, PlaceTable] = Field(default_factory=dict)


class DnsConfig(Table):
    """The whole file."""

    server: ServerTable
    metrics: MetricsTable | None = None
    zone: SomeOf[ZoneTable]
    map: MapTable = MapTable()
