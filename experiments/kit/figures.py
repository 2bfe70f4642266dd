"""Figures as data: an experiment says what to show, the report draws it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Band:
    """A measured value against the range that was predicted for it.

    `low`..`high` is the prediction; all three in the figure's unit.
    """

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bands:
    """One line per label: the predicted range as a bar, the measured value as a dot."""

    title: str
    unit: str
    bands: tuple[Band, ...]
    caption: str
    empty: str = "Nothing was measured."


@dataclass(frozen=True, slots=True)
class Way:
    """A client's request and reply, for the map; places are site names.

    `proven` says whether captures show the request through a balancer and the reply
    past it.
    """

    client: str
    client_site: str
    resolver_site: str
    datacenter: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """The world map with request and reply drawn apart, and the hops of one flow."""

    title: str
    ways: tuple[Way, ...]
    hops: tuple["Hop", ...]
    caption: str
    empty: str = "No request was followed, so there is no path to draw."


@dataclass(frozen=True, slots=True)
class Hop:
    """A step of one request: who handed it to whom, in which clothes.

    Args:
        source: where the packets came from; `target` where they went.
        kind: "request", "tunnel" or "reply".
        header: the addresses on the packets.
        packets: how many were captured there; `length` their IP octets in total.
    """

    source: str
    target: str
    kind: str
    header: str
    packets: int
    length: int


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words and numbers; `good` says which rows to mark as bad (False)."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    good: tuple[bool, ...]
    caption: str
    empty: str = "There are no rows."


@dataclass(frozen=True, slots=True)
class Shade:
    """A number in a grid: the larger `share` (0 to 1), the darker; None is blank."""

    text: str
    share: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Shares by row and column, to be seen at a glance.

    Args:
        groups: names over the columns, each over all of `columns`.
        columns: names of the columns of every group.
        rows: a name, and a shade for each column of each group in turn.
    """

    title: str
    groups: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shade, ...]], ...]
    caption: str
    empty: str = "Nothing was measured."


Figure = Bands | Ways | Table | Grid
