"""Whether it is our nameserver that is to answer in XDP."""

from collections.abc import Iterator

from .checks import Raw, tables
from .problems import Problem


def check_xdp(raw: Raw) -> Iterator[Problem]:
    """Every datacenter whose nameserver is to answer in XDP, and is another's."""
    for location, table in tables(raw, "datacenters"):
        kind = table.get("nameserver", raw.get("nameserver", "ours"))
        if table.get("nameserver_xdp") is True and kind != "ours":
            what = f'"{kind}" does not answer in XDP (only "ours" does)'
            yield Problem((*location, "nameserver_xdp"), what)
