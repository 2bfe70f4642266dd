"""What another product's balancer is made of: what it serves, and how it is run."""

from dataclasses import dataclass

from topo.world.plan import Anycast, Host
from topo.world.records import Service

Argv = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Served:
    """A service, and the VIP that it has at the balancer's site."""

    service: Service
    vip: Anycast

    @property
    def addresses(self) -> tuple[str, str]:
        """The VIP's addresses, IPv4 first."""
        return str(self.vip.address4), str(self.vip.address6)


@dataclass(frozen=True, slots=True)
class Backend:
    """A backend and its share of new flows, 0 for none."""

    host: Host
    weight: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """One balancer on `host`."""

    host: Host
    served: tuple[Served, ...]
    backends: tuple[Backend, ...]
    directory: str


@dataclass(frozen=True, slots=True)
class Program:
    """How it is run: `files` by name, `prepare` to its end beforehand, then `argv`."""

    files: dict[str, str]
    argv: Argv
    prepare: tuple[Argv, ...] = ()
