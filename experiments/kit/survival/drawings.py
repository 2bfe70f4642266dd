"""What is shown of survival: a grid to see at a glance, and a line for each cell."""

from collections.abc import Sequence

from ..figures import Grid, Shade, Table
from .tally import SurvivalRow


def survival_grid(rows: Sequence[SurvivalRow]) -> Grid:
    """Return shares of broken connections, by selection, event and tracking."""
    trackings, events = _trackings(rows), _events(rows)
    cells = _by_cell(rows)
    return Grid(
        title="Connections that broke, in %",
        groups=events,
        columns=trackings,
        rows=tuple(
            (
                selection,
                tuple(
                    _shade(cells.get((selection, tracking, event), ()))
                    for event in events
                    for tracking in trackings
                ),
            )
            for selection in _selections(rows)
        ),
        caption="The darker, the more. One of six backends has a sixth of all, more or "
        "less by chance; what is far beyond 17 % broke connections of machines that "
        "were there all along. Over each column stands what the VIP's balancers "
        "remember; nat is as all, and translates; chance is as off, with a second one "
        "at backends.",
    )


def survival_table(rows: Sequence[SurvivalRow]) -> Table:
    """Return broken connections beside what the tables foretell."""
    events, cells = _events(rows), _by_cell(rows)
    names = [(s, t) for s in _selections(rows) for t in _trackings(rows)]
    lines = [[cells.get((*name, event), ()) for event in events] for name in names]
    return Table(
        title="Broken, and forecast to break",
        columns=("selection", "tracking", *events, "connections", "came to another"),
        rows=tuple(
            (*name, *map(_told, line), *_sums([row for some in line for row in some]))
            for name, line in zip(names, lines, strict=True)
        ),
        good=tuple(not any(r.unlike for some in line for r in some) for line in lines),
        caption="In brackets: what the tables of slots, made from the same names, and "
        "the tracking foretell; with a full flow table the most that can break. None "
        "where tables follow the flows. Came to another: balancer, by ECMP.",
    )


Cells = dict[tuple[str, str, str], list[SurvivalRow]]


def _by_cell(rows: Sequence[SurvivalRow]) -> Cells:
    cells: Cells = {}
    for row in rows:
        cells.setdefault((row.selection, row.tracking, row.event), []).append(row)
    return cells


def _shade(rows: Sequence[SurvivalRow]) -> Shade:
    opened = sum(row.connections for row in rows)
    if not opened:
        return Shade("", None)
    share = sum(row.broken for row in rows) / opened
    return Shade(f"{share * 100:.0f}", share, _told(rows))


def _told(rows: Sequence[SurvivalRow]) -> str:
    broken = sum(row.broken for row in rows)
    forecasts = [row.forecast for row in rows if row.forecast is not None]
    if len(forecasts) < len(rows) or not rows:
        return f"{broken} (none)" if rows else ""
    return f"{broken} ({sum(forecasts)})"


def _sums(rows: Sequence[SurvivalRow]) -> tuple[str, str]:
    return str(sum(r.connections for r in rows)), str(sum(r.moved for r in rows))


def _selections(rows: Sequence[SurvivalRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.selection for row in rows))


def _trackings(rows: Sequence[SurvivalRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.tracking for row in rows))


def _events(rows: Sequence[SurvivalRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.event for row in rows))
