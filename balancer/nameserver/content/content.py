"""What the server runs on, read from a dns.toml and its zone files; as plain records.

These cross from the process that reads files to the one that answers, which therefore
needs none of the libraries for reading.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...model import Address
from ..protection.budget import Budget
from ..protection.cookies import Cookies
from ..protection.limit import RateLimit
from ..zones.zone import Zone, Zones
from .authority import Authority

if TYPE_CHECKING:
    from .guide import Guide

XDP_OFF = "off"
FRESH_SIGNATURES = 5000  # a second: a tenth of a core


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens, by UDP and TCP; fixed while it runs.

    Args:
        addresses: each has a socket of either kind.
        port: the same on all of them.
        max_connections: by TCP, at once.
        idle_timeout_s: how long a connection lives without a whole query.
        processes: how many answer side by side, each with sockets of its own.
        xdp: how hot questions are answered in the kernel: "off", or an `XdpMode`.
        interface: where those queries come in.
        metrics: address and port where Prometheus may ask; None: nowhere.
    """

    addresses: tuple[Address, ...]
    port: int
    max_connections: int = 4096
    idle_timeout_s: float = 10.0  # RFC 7766, section 6.2.3: seconds, not minutes
    processes: int = 1
    xdp: str = XDP_OFF
    interface: str = ""
    metrics: tuple[Address, int] | None = None

    @property
    def is_alone(self) -> bool:
        """Whether one process does all."""
        return self.processes == 1 and self.xdp == XDP_OFF


@dataclass(frozen=True, slots=True)
class Content:
    """All of a configuration.

    Args:
        site: where the server stands.
        listening: its addresses.
        zones: what it is authoritative for.
        identity: its name among the servers of its address, or "".
        version: what it says of its software, or "".
        rate_limit: how many like responses a network gets; None: as many as it asks.
        cookies: whether it gives out DNS cookies.
        cookie_secrets: what they are made and checked with, if that is given.
        guide: what policies go by; None: there are none.
        fresh_signatures: how many are made a second for names that are made up.
        samples_per_s: of how many queries is told what was asked and answered.
    """

    site: str
    listening: Listening
    zones: tuple[Zone, ...]
    identity: str = ""
    version: str = ""
    rate_limit: RateLimit | None = None
    cookies: bool = True
    cookie_secrets: tuple[bytes, ...] = ()
    guide: "Guide | None" = None
    fresh_signatures: int = FRESH_SIGNATURES
    samples_per_s: int = 0

    def untold(self) -> "Content":
        """Return the same, whose changes no secondary is told of."""
        return replace(self, zones=tuple(replace(z, notified=()) for z in self.zones))

    def authority(self, secret: bytes) -> Authority:
        """Return what queries are answered from.

        Args:
            secret: for cookies, where none is given.
        """
        secrets = self.cookie_secrets or (secret,)
        cookies = Cookies(secrets) if self.cookies else None
        budget = Budget(self.fresh_signatures)
        idle_s = self.listening.idle_timeout_s
        own = self.identity, self.version
        return Authority(Zones(self.zones), cookies, *own, budget, idle_s)
