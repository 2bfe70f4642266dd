"""The zone that nameservers are compared on, as each of them wants it."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from pathlib import Path
from random import Random

from topo.render.contents import Candidate, Contents, Place, Record, Service
from topo.render.nameservers import gdnsd, knot, pdns_geoip
from topo.render.nameservers.foreign import Foreign

from .lookups import subnet_query

ZONE, NAMES, TTL_S = "gslb.net", 1000, 30
SITES = {"fra": IPv4Network("11.0.0.0/8"), "iad": IPv4Network("12.0.0.0/8")}
HOME_RTT_MS, AWAY_RTT_MS = 0.5, 88.0
QUERIES, SUBNETS = 50_000, 64
OURS, GDNSD, PDNS, KNOT = "frontlab", "gdnsd", "PowerDNS GeoIP", "Knot geoip"
FOREIGN = {GDNSD: gdnsd, PDNS: pdns_geoip, KNOT: knot}
CONFIG = """
[server]
site = "fra"
listen = ["{address}"]
{more}
[[zone]]
name = "{zone}"
primary = "ns.{zone}"
contact = "hostmaster.{zone}"
serial = 1
ttl = "{ttl_s} s"
negative_ttl = "5 s"
record = [
  {{ name = "{zone}", type = "NS", value = "ns.{zone}" }},
  {{ name = "ns.{zone}", type = "A", value = "{address}" }},
]
{services}
[map]
network = [{networks}]
{rtt_ms}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A program that serves the zone at an address, port 53."""

    name: str
    address: str
    argv: tuple[str, ...]


def our_server(folder: Path, address: str, more: str = "") -> Server:
    """Write our configuration, with `more` lines about the server."""
    config = folder / "dns.toml"
    config.write_text(_our_config(address, more))
    argv = ("-m", "balancer", "dns", "--config", str(config))
    return Server(OURS, address, argv)


def foreign_server(name: str, folder: Path, address: str) -> Server:
    """Write the configuration of another product."""
    module = FOREIGN[name]
    about = Foreign("fra", (address,), _contents(address), _places(), str(folder))
    for file, text in module.files(about).items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for directory in ("run", "state"):
        (folder / directory).mkdir(exist_ok=True)
    return Server(name, address, tuple(module.argv(about)))


def queries(seed: int) -> Iterator[bytes]:
    """Yield queries for names of the zone, each from one of many client subnets."""
    random = Random(seed)
    subnets = [random.randrange(11 << 16, 13 << 16) for _ in range(SUBNETS)]
    for identifier in range(QUERIES):
        name = names()[random.randrange(NAMES)]
        yield subnet_query(name, identifier, random.choice(subnets))


def names() -> list[str]:
    """Return the names, with as many digits each."""
    return [f"w{number:03}.{ZONE}" for number in range(NAMES)]


def _candidates() -> tuple[Candidate, ...]:
    return tuple(
        Candidate(site, IPv4Address(f"23.0.{n}.80"), IPv6Address(f"2a23:0:{n}::80"))
        for n, site in enumerate(SITES, 1)
    )


def _contents(address: str) -> Contents:
    servers = (Record(ZONE, "NS", f"ns.{ZONE}"), Record(f"ns.{ZONE}", "A", address))
    candidates = _candidates()
    services = tuple(Service(name, TTL_S, "nearest", candidates) for name in names())
    return Contents(ZONE, f"ns.{ZONE}", f"hostmaster.{ZONE}", servers, services)


def _places() -> tuple[Place, ...]:
    return tuple(
        Place(site, (network,), {it: _rtt_ms(site, it) for it in SITES})
        for site, network in SITES.items()
    )


def _rtt_ms(site: str, other: str) -> float:
    return HOME_RTT_MS if site == other else AWAY_RTT_MS


def _our_config(address: str, more: str) -> str:
    site = "{{ name = {0.site!r}, addresses = [{1}] }}"
    candidates = ", ".join(
        site.format(it, ", ".join(map(repr, it.addresses))) for it in _candidates()
    )
    service = "[[zone.service]]\nname = {!r}\nttl = '{} s'\npolicy = 'nearest'\n"
    service += f"site = [{candidates}]\n".replace("{", "{{").replace("}", "}}")
    services = "".join(service.format(name, TTL_S) for name in names())
    networks = ", ".join(
        f"{{ prefix = '{network}', location = {site!r} }}"
        for site, network in SITES.items()
    )
    rtt_ms = "\n".join(f"[map.rtt_ms.{a}]\n{_distances(a)}" for a in SITES)
    return CONFIG.format(
        address=address,
        more=more,
        zone=ZONE,
        ttl_s=TTL_S,
        services=services,
        networks=networks,
        rtt_ms=rtt_ms,
    )


def _distances(site: str) -> str:
    return "\n".join(f"{it} = {_rtt_ms(site, it)}" for it in SITES)
