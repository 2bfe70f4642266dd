"""What experiments show: rows to figures, as data."""

from collections.abc import Iterable, Sequence
from statistics import median

from .clients.visits import LARGE
from .figures import Band, Bands, Hop, Table, Way, Ways
from .names.caches import CacheRow
from .tracing.followed import Followed


def ways(rows: Sequence[Followed]) -> Ways:
    """Return the map of who was sent where, and the hops of one proven download."""
    return Ways(
        title="Request and reply paths",
        ways=tuple(_ways(rows)),
        hops=_hops([row for row in rows if row.proven and row.path == LARGE]),
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


def _hops(rows: Sequence[Followed]) -> tuple[Hop, ...]:
    if not rows:
        return ()
    # A client far from its datacenter shows more than one next door.
    row = next((r for r in rows if r.client_site != r.datacenter), rows[0])
    asked, answered = row.flow, " > ".join(reversed(row.flow.split(" > ")))
    outer = row.outer or f"plain {asked}"
    count, back = row.request_packets, row.reply_packets
    return (
        Hop(row.client, row.balancer, "request", asked, count, row.request_length),
        Hop(row.balancer, row.backend, "tunnel", outer, count, row.tunnel_length),
        Hop(row.backend, row.client, "reply", answered, back, row.reply_length),
    )


PATH_COLUMNS = (
    *("client", "resolver", "client subnet sent", "sent to", "nearest"),
    *("balancers", "backends", "flows proven", "replies at a balancer"),
    *("octets by balancer, of 100 kB", "RTT asked, ms", "RTT measured, ms"),
)


def path_table(rows: Sequence[Followed]) -> Table:
    """Return a line for each client: where DNS sent it and what was proven."""
    by_client: dict[str, list[Followed]] = {}
    for row in rows:
        by_client.setdefault(row.client, []).append(row)
    return Table(
        title="Each client's path",
        columns=PATH_COLUMNS,
        rows=tuple(_path_cells(some) for some in by_client.values()),
        good=tuple(all(row.proven for row in some) for some in by_client.values()),
        caption="Sent to and nearest differ where the authority sees the resolver and "
        "not the client. RTT measured is from SYN to SYN-ACK, with the balancer and "
        "the backend on the way.",
        empty="No client fetched anything.",
    )


def _path_cells(rows: Sequence[Followed]) -> tuple[str, ...]:
    first = rows[0]
    large = [row for row in rows if row.path == LARGE and row.body_length]
    body = sum(row.body_length for row in large)
    share = sum(row.request_length for row in large) / body if body else 0.0
    proven = sum(row.proven for row in rows)
    replies = sum(row.reply_packets for row in rows)
    strays = sum(row.replies_at_balancer for row in rows)
    return (
        first.client,
        first.resolver,
        "yes" if first.subnet_sent else "no",
        _names(row.datacenter.upper() for row in rows) or "nowhere",
        first.best.upper(),
        _names(_local(row.balancer) for row in rows),
        _names(_local(row.backend) for row in rows),
        f"{proven} of {len(rows)}",
        f"{strays} of {replies}",
        f"{share:.1%}",
        f"{first.rtt_asked_ms:.1f}",
        f"{median(row.rtt_ms for row in rows):.1f}",
    )


def _local(name: str) -> str:
    """Return a host's name without its site, which another column tells."""
    return name.partition("-")[2]


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted({name for name in names if name}))


CACHE_COLUMNS = (
    *("resolver", "kind", "client subnet sent", "TTL asked, s", "answered, s"),
    *("asked again after, s", "queries", "at the authority", "predicted"),
    *("hit ratio", "λT/(1+λT)", "queries for subnets", "scopes"),
)


def cache_table(rows: Sequence[CacheRow]) -> Table:
    """Return a line for each resolver."""
    return Table(
        title="Each resolver's cache",
        columns=CACHE_COLUMNS,
        rows=tuple(_cache_cells(row) for row in rows),
        good=tuple(
            row.returned_ttl_s == row.served_ttl_s
            and row.misses_low <= row.misses <= row.misses_high
            and row.steered_queries == row.steered_wanted
            for row in rows
        ),
        caption="The hit ratio of a window of 20 s lies below the closed form, which "
        "is for an endless load: a cold cache misses first.",
        empty="No resolver was asked.",
    )


def _cache_cells(row: CacheRow) -> tuple[str, ...]:
    again = f"{row.requery_s:.2f}" if row.requery_s is not None else "never"
    return (
        row.resolver,
        row.kind + (f", {row.caches} caches" if row.caches > 1 else ""),
        "yes" if row.subnet_sent else "no",
        str(row.asked_ttl_s),
        str(row.returned_ttl_s) if row.returned_ttl_s is not None else "nothing",
        again,
        str(row.queries),
        str(row.misses),
        f"{row.misses_low:.0f} to {row.misses_high:.0f}",
        f"{row.hit_ratio:.1%}",
        f"{row.hit_ratio_predicted:.1%}",
        f"{row.steered_queries} for {row.subnets}",
        row.scopes or "none",
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
            caption="With client subnets each scope that the authority tells costs a "
            "query and a cache entry of its own; without, one serves all.",
        ),
    ]


def _label(row: CacheRow) -> str:
    return f"{row.resolver} ({row.kind})"
