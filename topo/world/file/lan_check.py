"""Whether balancers reach the backends by their hardware addresses, where they must."""

from collections.abc import Iterator

from .checks import Raw, tables, texts
from .problems import Problem


def check_lans(raw: Raw) -> Iterator[Problem]:
    """Every service that is forwarded as it is ("l2") where a site has two LANs."""
    apart = [
        str(table.get("site"))
        for _, table in tables(raw, "datacenters")
        if _is_ours(raw, table) and table.get("shared_lan") is not True
    ]
    for location, mode in texts(raw, "services", "forwarding"):
        if mode == "l2" and apart:
            what = f'"l2" needs balancers and backends on one LAN at {", ".join(apart)}'
            yield Problem(
                location, f"{what} (add shared_lan = true to [[datacenters]])"
            )


def _is_ours(raw: Raw, table: Raw) -> bool:
    """Others' balancers have their own way to the backends."""
    return bool(table.get("balancer", raw.get("balancer", "ours")) == "ours")
