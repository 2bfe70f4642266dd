"""What is shown of ways of forwarding."""

from collections.abc import Sequence

from ..figures import Band, Bands, Table
from .expected import carried_least, carried_most
from .row import ForwardingRow

COST_COLUMNS = (
    *("mode", "IPv", "octets by balancer, of each delivered", "replies there"),
    *("octets in front", "handshake, ms", "small answer, ms"),
)
KEPT_COLUMNS = (
    *("mode", "IPv", "packets alike", "TTL less by", "wrong checksums"),
    *("what the SYN keeps",),
)
SIZE_COLUMNS = (
    *("mode", "IPv", "largest packet", "larger ones answered", "MTU told", "lost"),
    *("MSS asked for", "300 kB up", "in segments too long", "answers to these"),
)


def carried_bands(rows: Sequence[ForwardingRow]) -> Bands:
    """Return what balancers carry, next to what they must."""
    return Bands(
        title="Octets on the balancer's link for each octet delivered, in %",
        unit="% of the octets of the answers' bodies",
        bands=tuple(
            Band(
                f"{row.mode}, IPv{row.family}",
                100 * row.share,
                100 * carried_least(row) / row.delivered,
                100 * carried_most(row) / row.delivered,
            )
            for row in rows
            if row.delivered
        ),
        caption="Downloads of 100 kB. Bars: the closed form, from no acknowledgement "
        "to one a segment; where replies pass the balancer, they do so twice.",
    )


def cost_table(rows: Sequence[ForwardingRow]) -> Table:
    """Return what a balancer carries, and how long things take."""
    return _table(
        "What passes the balancer, and the times",
        COST_COLUMNS,
        rows,
        [_cost_cells(row) for row in rows],
        "Octets of IP on the balancer's link, in and out, for each octet of a body. "
        "Times are medians of small requests that took turns, at the same site.",
    )


def kept_table(rows: Sequence[ForwardingRow]) -> Table:
    """Return what backends see of a client's packets."""
    return _table(
        "What the backend sees of a client's packets",
        KEPT_COLUMNS,
        rows,
        [_kept_cells(row) for row in rows],
        "Packets of one connection, octet for octet, but for TTL and the header's "
        "checksum, which routers change.",
    )


def size_table(rows: Sequence[ForwardingRow]) -> Table:
    """Return what becomes of large packets."""
    return _table(
        "Large packets",
        SIZE_COLUMNS,
        rows,
        [_size_cells(row) for row in rows],
        "SYNs of 1440 to 1500 octets; an upload in segments that backends ask for, and "
        "one in packets of 1500 octets, as if they knew of no tunnel. A proxy sends "
        "none on: it ends connections.",
    )


def _table(
    title: str,
    columns: tuple[str, ...],
    rows: Sequence[ForwardingRow],
    cells: Sequence[tuple[str, ...]],
    caption: str,
) -> Table:
    return Table(
        title=title,
        columns=columns,
        rows=tuple(
            (row.mode, str(row.family), *some)
            for row, some in zip(rows, cells, strict=True)
        ),
        good=tuple(row.fetched == row.asked for row in rows),
        caption=caption,
        empty="Nothing was forwarded.",
    )


def _cost_cells(row: ForwardingRow) -> tuple[str, ...]:
    return (
        f"{row.share:.1%}",
        str(row.replies),
        _range(row.overhead_least, row.overhead_most),
        f"{row.connect_ms:.2f}",
        f"{row.answer_ms:.2f}",
    )


def _kept_cells(row: ForwardingRow) -> tuple[str, ...]:
    alike = f"{row.same} of {row.sent}"
    return alike, str(row.hops), str(row.wrong_sums), row.kept or "nothing"


def _size_cells(row: ForwardingRow) -> tuple[str, ...]:
    return (
        str(row.largest) if row.largest else "none",
        str(row.refused),
        _range(row.told_least, row.told_most) if row.refused else "",
        str(row.lost) if row.largest else "",
        str(row.mss),
        "yes" if row.uploaded else "no",
        "yes" if row.uploaded_full else "no",
        str(row.full_refused),
    )


def _range(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"
