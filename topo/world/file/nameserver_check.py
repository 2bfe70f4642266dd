"""Whether the nameservers of a world can do what its datacenters and services ask."""

from collections.abc import Iterator

from .checks import Raw, tables
from .problems import Problem

OURS = "ours"

# What every other product can choose by.
FOREIGN_POLICIES = ("nearest", "static")


def check_nameservers(raw: Raw) -> Iterator[Problem]:
    """Every wish that another's nameserver, of some datacenter, cannot fulfil."""
    foreign = []
    for location, table in tables(raw, "datacenters"):
        kind = table.get("nameserver", raw.get("nameserver", OURS))
        if kind == OURS:
            continue
        foreign.append(kind)
        if table.get("nameserver_xdp") is True:
            what = f'"{kind}" does not answer in XDP (only "ours" does)'
            yield Problem((*location, "nameserver_xdp"), what)
    if foreign:
        yield from _check_policies(raw, foreign[0])


def _check_policies(raw: Raw, kind: object) -> Iterator[Problem]:
    able = " or ".join(FOREIGN_POLICIES)
    for location, table in tables(raw, "services"):
        policy = table.get("policy", FOREIGN_POLICIES[0])
        if policy not in FOREIGN_POLICIES:
            what = f'"{kind}" cannot choose by {policy} ({able})'
            yield Problem((*location, "policy"), what)
