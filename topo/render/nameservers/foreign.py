"""What another product's configuration is made of, and a zone as master file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..contents import NEGATIVE_TTL_S, STABLE_TTL_S, Candidate, Contents, Place, Service

# For secondaries, of which there are none; RFC 1912, section 2.2, gives the ranges.
_SOA_TIMES = f"3600 600 1209600 {NEGATIVE_TTL_S}"


@dataclass(frozen=True, slots=True)
class Foreign:
    """One server at one site; anycast addresses first among those it listens on."""

    site: str
    listen: tuple[str, ...]
    contents: Contents
    places: tuple[Place, ...]
    directory: str

    def place(self, site: str) -> Place:
        """The place of a site."""
        return next(it for it in self.places if it.site == site)

    def nearest(self, service: Service, place: Place) -> Candidate:
        """The candidate of a service that is nearest to a place."""
        return min(service.candidates, key=lambda it: place.rtt_ms[it.site])


def soa_value(contents: Contents) -> str:
    """The value of the SOA record."""
    return f"{contents.primary}. {contents.contact}. 1 {_SOA_TIMES}"


def zone_file(
    contents: Contents, services: Callable[[Service], Iterable[str]] | None = None
) -> str:
    """The zone as master file (RFC 1035, section 5); `services` makes their lines."""
    lines = [f"{contents.zone}. {STABLE_TTL_S} IN SOA {soa_value(contents)}"]
    for it in contents.records:
        value = f"{it.value}." if it.type == "NS" else it.value
        lines.append(f"{it.name}. {it.ttl_s} IN {it.type} {value}")
    for service in contents.services:
        lines += services(service) if services else ()
    return "\n".join(lines) + "\n"


def address_lines(service: Service, candidates: Iterable[Candidate]) -> list[str]:
    """The lines of a service that has the addresses of these candidates."""
    head = f"{service.name}. {service.ttl_s} IN"
    return [
        line
        for it in candidates
        for line in (f"{head} A {it.address4}", f"{head} AAAA {it.address6}")
    ]
