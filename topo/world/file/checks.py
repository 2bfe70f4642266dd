"""The checks of a world file that span tables; they hold on half-wrong files too.

They read the file's raw tables, not the validated ones, so that a mistake in one
key does not hide another mistake elsewhere, and does not raise false ones either.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from balancer.suggest import close_to

from ..addresses import (
    CLIENT_NETWORKS_PER_SITE_MAX,
    CLIENTS_PER_NETWORK_MAX,
    SITES_MAX,
)
from ..delay import reachable
from ..hosts import INTERFACE
from ..instances import raw_names, raw_shared_name
from ..products import PRODUCTS
from ..records import Airport
from .lines import Lines, Location
from .problems import Problem

NAME_MAX = 15  # an interface's name in Linux: IFNAMSIZ less its final zero

Raw = Mapping[str, Any]


def tables(raw: Raw, section: str) -> list[tuple[Location, Raw]]:
    """The tables of an array of tables, with their locations."""
    found = raw.get(section)
    if not isinstance(found, list):
        return []
    return [((section, i), it) for i, it in enumerate(found) if isinstance(it, dict)]


def site_names(raw: Raw) -> list[str]:
    """The names of the sites that the file defines."""
    sites = raw.get("sites")
    return list(sites) if isinstance(sites, dict) else []


def texts(raw: Raw, section: str, key: str) -> list[tuple[Location, str]]:
    """All values of `key` in a section that are text."""
    return [
        ((*at, key), table[key])
        for at, table in tables(raw, section)
        if isinstance(table.get(key), str)
    ]


def ends(table: Raw) -> tuple[str, str] | None:
    """The two ends of a link, or None when `between` is malformed."""
    match table.get("between"):
        case [str(a), str(b)]:
            return a, b
    return None


def check(raw: Raw, airports: Mapping[str, Airport], lines: Lines) -> Iterator[Problem]:
    """Every mistake that spans tables."""
    yield from _counts(raw)
    yield from _airports(raw, airports)
    yield from _links(raw, lines)
    yield from _unconnected(raw)
    yield from _duplicates(raw, "services", "name", lines)
    yield from _duplicates(raw, "datacenters", "site", lines)
    yield from _duplicates(raw, "clients", "name", lines)
    yield from _host_names(raw, lines)
    yield from _service_names(raw)
    yield from _shared_names(raw)
    yield from _forwarders(raw)


def _counts(raw: Raw) -> Iterator[Problem]:
    count = len(site_names(raw))
    if count > SITES_MAX:
        yield Problem(("sites",), f"{count} sites (at most {SITES_MAX})")
    at_site: dict[str, int] = {}
    for location, site in texts(raw, "clients", "site"):
        at_site[site] = at_site.get(site, 0) + 1
        if at_site[site] == CLIENT_NETWORKS_PER_SITE_MAX + 1:
            most = CLIENT_NETWORKS_PER_SITE_MAX
            yield Problem(location, f"too many client networks here (at most {most})")


def _airports(raw: Raw, airports: Mapping[str, Airport]) -> Iterator[Problem]:
    undefined = referred_sites(raw) - set(site_names(raw))
    for name in site_names(raw):
        if name not in airports:
            cure = _airport_cure(name, undefined, airports)
            yield Problem(("sites", name), f'"{name}" is no IATA airport code {cure}')


def _airport_cure(
    name: str, undefined: Iterable[str], airports: Mapping[str, Airport]
) -> str:
    if name.lower() in airports:
        return f'(did you mean "{name.lower()}"?)'
    if near := close_to(name, [it for it in undefined if it in airports]):
        return f'(did you mean "{near}"?)'
    word = name.replace("-", " ").lower()
    same_city = [
        code for code, it in airports.items() if it.city.lower().startswith(word)
    ]
    if same_city and len(word) > 3:
        return f"(did you mean {', '.join(sorted(same_city)[:5])}?)"
    return '(such as "fra", lower case)'


def referred_sites(raw: Raw) -> set[str]:
    """Every site name that the file mentions outside of [sites]."""
    sections = ("clients", "resolvers", "datacenters")
    named = {site for it in sections for _, site in texts(raw, it, "site")}
    linked = (ends(table) or () for _, table in tables(raw, "links"))
    spread = (table.get("sites") for _, table in tables(raw, "resolvers"))
    shared = (it for some in spread if isinstance(some, list) for it in some)
    return named.union(*linked, filter(lambda it: isinstance(it, str), shared))


def _links(raw: Raw, lines: Lines) -> Iterator[Problem]:
    first: dict[frozenset[str], Location] = {}
    for location, table in tables(raw, "links"):
        pair = ends(table)
        if pair is None or pair[0] == pair[1]:
            continue
        other = first.setdefault(frozenset(pair), location)
        if other != location:
            line = lines.of(other)
            yield Problem(
                (*location, "between"), f"linked twice (first on line {line})"
            )


def _unconnected(raw: Raw) -> Iterator[Problem]:
    """Sites that the first cannot reach; silent while links or sites are wrong."""
    names = site_names(raw)
    pairs = [ends(table) for _, table in tables(raw, "links")]
    if not names or None in pairs:
        return
    linked = [pair for pair in pairs if pair]
    if any(a == b or a not in names or b not in names for a, b in linked):
        return
    lost = set(names) - reachable(names[0], linked)
    for name in names:
        if name in lost:
            cure = f'add a link, such as between = ["{names[0]}", "{name}"]'
            yield Problem(("sites", name), f"no path to {names[0]} ({cure})")


def _duplicates(raw: Raw, section: str, key: str, lines: Lines) -> Iterator[Problem]:
    first: dict[str, Location] = {}
    for location, value in texts(raw, section, key):
        other = first.setdefault(value, location)
        if other != location:
            yield Problem(
                location, f'"{value}" is there twice (first on line {lines.of(other)})'
            )


def _host_names(raw: Raw, lines: Lines) -> Iterator[Problem]:
    """Names that are too long for an interface, or taken by another host."""
    taken = dict(_own_names(raw))
    networks: set[str] = set()
    for location, name, hosts in _asked_names(raw):
        longest = max(map(len, hosts))
        if longest > NAME_MAX:
            most = NAME_MAX - longest + len(name)
            yield Problem(
                location, f'"{name}" has {len(name)} characters (at most {most} here)'
            )
            continue
        owner = next((taken[host] for host in hosts if host in taken), None)
        if owner and name not in networks:
            yield Problem(location, f'"{name}" is taken by {owner} (choose another)')
        if location[0] == "clients":
            networks.add(name)  # a second one is reported as a duplicate already
        words = f"{location[0]} on line {lines.of(location)}"
        taken.update((host, words) for host in hosts if host not in taken)


def _asked_names(raw: Raw) -> Iterator[tuple[Location, str, list[str]]]:
    """Each name that people chose, with the host names that follow from it."""
    for location, name in texts(raw, "resolvers", "name"):
        yield location, name, raw_names(raw["resolvers"][location[1]])
    for location, name in texts(raw, "clients", "name"):
        hosts = raw["clients"][location[1]].get("hosts", 1)
        may_be = isinstance(hosts, int) and 1 <= hosts <= CLIENTS_PER_NETWORK_MAX
        count = hosts if may_be else 1
        yield location, name, [f"{name}-{i}" for i in range(1, count + 1)]


def _own_names(raw: Raw) -> Iterator[tuple[str, str]]:
    """The names of interfaces and programs that the lab itself makes."""
    for name in ("lo", INTERFACE, "controller", "relay", "nameserver", "root"):
        yield name, "the lab"
    for site in site_names(raw):
        for name in (f"sw-{site}", f"lan-{site}", f"{site}-lan", f"{site}-up"):
            yield name, f"the router of {site}"
    for _, table in tables(raw, "links"):
        if pair := ends(table):
            yield "-".join(pair), "a link"
            yield "-".join(reversed(pair)), "a link"
    for _, table in tables(raw, "datacenters"):
        yield from _datacenter_names(table)


def _datacenter_names(table: Raw) -> Iterator[tuple[str, str]]:
    site = table.get("site")
    words = f"the datacenter {site}"
    yield f"{site}-ns", words
    yield f"{site}-root", words
    for kind in ("lb", "be"):
        for number in range(1, 129):
            yield f"{site}-{kind}{number}", words


def _service_names(raw: Raw) -> Iterator[Problem]:
    sites = [table.get("site") for _, table in tables(raw, "datacenters")]
    taken = {"ns", *(f"{site}-ns" for site in sites)}
    for location, name in texts(raw, "services", "name"):
        if name in taken:
            yield Problem(location, f'"{name}" is the nameserver (choose another)')
        elif len(name) > 63:
            yield Problem(location, f"{len(name)} characters (a DNS label has 63)")


def _shared_names(raw: Raw) -> Iterator[Problem]:
    """A shared address's name must not be a host's too."""
    hosts = {it for _, table in tables(raw, "resolvers") for it in raw_names(table)}
    for location, table in tables(raw, "resolvers"):
        if (shared := raw_shared_name(table)) in hosts:
            key = "name" if table.get("sites") else "anycast"
            yield Problem(
                (*location, key), f'"{shared}" is a resolver (choose another)'
            )


def _forwarders(raw: Raw) -> Iterator[Problem]:
    """A forwarder behind a forwarder could be a circle."""
    forwarding = [str(kind) for kind, it in PRODUCTS.items() if it.forwards]
    some = [
        (location, table)
        for location, table in tables(raw, "resolvers")
        if table.get("kind") in forwarding
    ]
    fronts = [
        name
        for _, table in some
        for name in (*raw_names(table), raw_shared_name(table))
    ]
    for location, table in some:
        said = table.get("forward_to")
        for target in said if isinstance(said, list) else [said]:
            if isinstance(target, str) and target in fronts:
                what = f'"{target}" only forwards too (name a recursor)'
                yield Problem((*location, "forward_to"), what)
