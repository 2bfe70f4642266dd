"""What experiments show: rows to figures, as data."""

from collections.abc import Iterable, Sequence

from .caches import CacheRow
from .figures import Band, Bands, Hop, Way, Ways
from .followed import Followed
from .visits import LARGE


def ways(rows: Sequence[Followed]) -> Ways:
    """Return the map of who was sent where, and the hops of one proven download."""
    return Ways(
        title="Request and reply paths",
        ways=tuple(_ways(rows)),
        hops=_hops(next((r for r in rows if r.proven and r.path == LARGE), None)),
        caption="Requests go from the client to the balancers of the datacenter that "
        "DNS chose; replies come straight back from a backend there. A dotted line "
        "leads to the client's resolver where that stands elsewhere.",
    )


def _ways(rows: Iterable[Followed]) -> Iterable[Way]:
    by_ends: dict[tuple[str, str], list[Followed]] = {}
    for row in rows:
        if row.datacenter:
            by_ends.setdefault((row.client, row.datacenter), []).append(row)
    for (client, datacenter), some in by_ends.items():
        yield Way(
            client=client,
            client_site=some[0].client_site,
            resolver_site=some[0].resolver_site,
            datacenter=datacenter,
            proven=all(row.proven for row in some),
        )


def _hops(row: Followed | None) -> tuple[Hop, ...]:
    if row is None:
        return ()
    asked, answered = row.flow, " > ".join(reversed(row.flow.split(" > ")))
    outer = f"GRE {row.outer}"
    count, back = row.request_packets, row.reply_packets
    return (
        Hop(row.client, row.balancer, "request", asked, count, row.request_length),
        Hop(row.balancer, row.backend, "tunnel", outer, count, row.tunnel_length),
        Hop(row.backend, row.client, "reply", answered, back, row.reply_length),
    )


def cache_bands(rows: Sequence[CacheRow]) -> list[Bands]:
    """Return the caches' figures: TTL, queries under load, and client subnets."""
    return [
        Bands(
            title="Seconds until a resolver asks again, for a TTL of 2 s",
            unit="s",
            bands=tuple(
                Band(_label(r), r.requery_s, r.requery_low_s, r.requery_high_s)
                for r in rows
                if r.requery_s is not None
            ),
            caption="Median time between two questions at the authority while clients "
            "ask four times a second.",
        ),
        Bands(
            title="Queries at the authority under Poisson load, TTL 5 s",
            unit="queries",
            bands=tuple(
                Band(_label(r), r.misses, r.misses_low, r.misses_high) for r in rows
            ),
            caption="Bars: what the renewal process predicts for a TTL that is right "
            "to a second a cache, at 99.9 %.",
        ),
        Bands(
            title="Queries at the authority for one name, asked from several subnets",
            unit="queries",
            bands=tuple(
                Band(_label(r), r.steered_queries, r.steered_wanted, r.steered_wanted)
                for r in rows
            ),
            caption="With client subnets each subnet costs a query and a cache entry "
            "of its own; without, one serves all.",
        ),
    ]


def _label(row: CacheRow) -> str:
    return f"{row.resolver} ({row.kind})"
