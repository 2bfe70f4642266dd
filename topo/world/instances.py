"""Resolvers behind one address: the names of the hosts that follow from a table."""

from collections.abc import Iterator, Mapping
from typing import Any


def instance_names(name: str, sites: list[str], instances: int) -> Iterator[str]:
    """`public-fra` for one at each site, `public-fra1` and so on for several."""
    for site in sites:
        for number in range(1, instances + 1):
            yield f"{name}-{site}{number if instances > 1 else ''}"


def raw_names(table: Mapping[str, Any]) -> list[str]:
    """The hosts of a resolver's table that may be wrong; none without a name."""
    name, sites = table.get("name"), table.get("sites")
    if not isinstance(name, str):
        return []
    if not isinstance(sites, list) or not sites:
        return [name]
    asked = table.get("instances", 1)
    instances = asked if isinstance(asked, int) and 1 <= asked <= 8 else 1
    return list(instance_names(name, [str(site) for site in sites], instances))


def raw_shared_name(table: Mapping[str, Any]) -> str:
    """The name of the address that a table's resolvers share, or ""."""
    said = table.get("name") if table.get("sites") else table.get("anycast")
    return said if isinstance(said, str) else ""
