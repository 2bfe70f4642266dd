"""Tables of the experiments about names: rows to figures, as data."""

from collections.abc import Sequence

from topo.world.probe_names import DRAINED_TTL_S, USER_TTL_S

from ..figures import Table
from .distance import DistanceRow
from .drain import DrainRow, moved_share
from .population import WINDOW_S, ReplyRow, by_name
from .reply_sizes import SizeRow
from .shared_resolvers import SharedRow
from .shares import ShareRow


def size_table(rows: Sequence[SizeRow]) -> Table:
    """Return a line for each question."""
    columns = (
        *("asked", "kind", "records", "client takes", "answer, octets", "by UDP"),
        *("by TCP", "UDP ms", "TCP ms"),
    )
    good = tuple(row.stream_records == row.count for row in rows)
    caption = "Truncated answers say TC; some products put in what fits all the same."
    cells = tuple(_size_cells(row) for row in rows)
    return Table("Answers by size", columns, cells, good, caption)


def _size_cells(row: SizeRow) -> tuple[str, ...]:
    by_udp = f"TC, {row.records}" if row.truncated else f"{row.records}"
    return (
        *(row.asked, row.kind, f"{row.count} {row.type}"),
        f"{row.taken}{' (EDNS0)' if row.edns else ''}",
        *(f"{row.octets} of {row.whole_octets}", by_udp, f"{row.stream_records}"),
        *(f"{row.datagram_ms:.1f}", f"{row.stream_ms:.1f}"),
    )


def share_table(rows: Sequence[ShareRow]) -> Table:
    """Return a line for each resolver and client program."""
    columns = ("resolver", "kind", "client", "most chosen", "share", "as before", "p")
    cells = tuple(
        (
            *(row.resolver, row.kind, f"{row.stack}, {row.family or '4 and 6'}"),
            *(f"{row.top} of {row.offered}", f"{row.top_share:.0%}"),
            *(f"{row.kept_share:.0%}", f"{row.p_equal:.2g}"),
        )
        for row in rows
    )
    caption = (
        "As before: how often an answer leads to the same address as the last one."
    )
    return Table("Shares", columns, cells, (True,) * len(rows), caption)


def drain_table(rows: Sequence[DrainRow]) -> Table:
    """Return how much of each resolver's traffic has moved when."""
    times_s = [DRAINED_TTL_S * part for part in (0.25, 0.5, 1, 1.5, 3)]
    columns = ("resolver", "kind", *(f"after {it:g} s" for it in times_s), "last, s")
    by_resolver: dict[str, list[DrainRow]] = {}
    for row in rows:
        by_resolver.setdefault(row.resolver, []).append(row)
    cells = tuple(
        (
            *(name, own[0].kind),
            *(f"{moved_share(own, it):.0%}" for it in times_s),
            _last(own),
        )
        for name, own in by_resolver.items()
    )
    good = tuple(not any(row.held for row in own) for own in by_resolver.values())
    caption = f"Share of names that lead elsewhere, with a TTL of {DRAINED_TTL_S} s."
    return Table("After the drain", columns, cells, good, caption)


def _last(rows: Sequence[DrainRow]) -> str:
    if any(row.held for row in rows):
        return "never"
    return f"{max(row.moved_s for row in rows):.1f}"


def reply_table(rows: Sequence[ReplyRow]) -> Table:
    """Return a line for each name."""
    columns = ("rank", "resolver", "kind", "requests/s", "replies", "most by a reply")
    cells = tuple(
        (
            *(str(own[0].rank), own[0].resolver, own[0].kind),
            *(f"{own[0].rate_qps:.2f}", str(len(own))),
            str(max(row.requests for row in own)),
        )
        for own in by_name(rows).values()
    )
    caption = f"Replies within {WINDOW_S:g} s, with a TTL of {USER_TTL_S} s."
    return Table("Users and replies", columns, cells, (True,) * len(cells), caption)


def distance_table(rows: Sequence[DistanceRow]) -> Table:
    """Return a line for each client network."""
    columns = (
        *("clients", "asks", "recursive at", "RTT to it", "best", "without subnet"),
        *("with subnet", "told", "queries for networks"),
    )
    cells = tuple(
        (
            *(row.network, row.resolver, row.resolver_site, f"{row.away_ms:g} ms"),
            f"{row.best}, {row.best_ms:g} ms",
            f"{row.unaided}, {row.unaided_ms:g} ms",
            f"{row.aided}, {row.aided_ms:g} ms",
            f"{row.sent}, {row.sent_ms:g} ms",
            f"{row.queries} for {row.subnets}",
        )
        for row in rows
    )
    good = tuple(row.sent == row.best for row in rows)
    caption = "Marked are those whose resolver has them sent farther than need be."
    return Table("Each network's datacenter", columns, cells, good, caption)


def shared_table(rows: Sequence[SharedRow]) -> Table:
    """Return a line for each client of a shared address or a farm."""
    columns = (
        *("asked", "client", "answered", "from elsewhere", "who was asked"),
        *("caches and names", "queries at authority", "sent to"),
    )
    cells = tuple(
        (
            *(row.asked, row.client, f"{row.answered} of {row.questions}"),
            *(f"{row.elsewhere}", row.members, f"{row.pairs} for {row.names} names"),
            *(f"{row.fetched} by {row.sources}", row.datacenters),
        )
        for row in rows
    )
    good = tuple(not row.elsewhere for row in rows)
    caption = "Clients that check where an answer comes from drop those from elsewhere."
    return Table("Shared addresses and farms", columns, cells, good, caption)
