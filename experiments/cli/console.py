"""What the user sees: results on standard output, progress on standard error."""

import json
import sys
import textwrap
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.")
]

# Columns of a terminal that no table reaches.
UNBOUNDED = 10_000

# A line that goes on does so further in; on fewer columns than this it is cut anyway.
INDENT, NARROWEST = 3, 20

# What is shown comes from files and programs: brackets in it are no markup.
OUT = Console(highlight=False, emoji=False, markup=False)
ERR = Console(stderr=True, highlight=False, emoji=False, markup=False)


class Progress:
    """Says what is going on: in one line on a terminal, in new lines elsewhere."""

    def __init__(self, quiet: bool = False) -> None:
        self._quiet = quiet
        self._started_s = time.monotonic()
        self._last = ""

    def __call__(self, text: str) -> None:
        """Show `text`, unless it is what was shown last."""
        if self._quiet or text == self._last:
            return
        self._last = text
        passed_s = time.monotonic() - self._started_s
        line = f"[{passed_s:5.1f} s] {text}"
        if sys.stderr.isatty():
            width = ERR.width - 1
            print(f"\r\x1b[2K{line[:width]}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def done(self) -> None:
        """Leave the progress line, so that results start on a line of their own."""
        if self._last and not self._quiet and sys.stderr.isatty():
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
        self._last = ""


def emit(answer: Mapping[str, Any]) -> None:
    """Print the one JSON object of a verb."""
    print(json.dumps(answer, indent=2, default=str), flush=True)


def show_lines(lines: Iterable[str]) -> None:
    """Print lines; what is too long for the terminal goes on below, further in."""
    for line in lines:
        start = len(line) - len(line.lstrip())
        print(
            "\n".join(
                textwrap.wrap(
                    line,
                    max(OUT.width, NARROWEST),
                    subsequent_indent=" " * (start + INDENT),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
        )


def show_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Print a plain table that fits a terminal of 80 columns; numbers to the right.

    Cells are `Text` where they have a colour. Where the table is too wide to keep words
    whole, each row becomes a list of its cells.
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    table = _table(columns, cells)
    OUT.print(Text(title, style="bold"))
    if not cells:
        OUT.print("none")
        return
    unbounded = OUT.options.update(width=UNBOUNDED)
    if Measurement.get(OUT, unbounded, table).minimum <= OUT.width:
        OUT.print(table)
        return
    for row in cells:
        OUT.print(row[0])
        OUT.print(_list(columns[1:], row[1:]))


def _cell(it: object) -> Text:
    return it if isinstance(it, Text) else Text("" if it is None else str(it))


def _table(columns: Sequence[str], cells: Sequence[Sequence[Text]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(columns):
        numeric = all(_is_number(row[number].plain) for row in cells)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*row)
    return table


def _list(names: Sequence[str], row: Sequence[Text]) -> Table:
    """Return the named cells of a row, one below the other."""
    table = Table.grid(padding=(0, 1), pad_edge=True)
    for column in ("name", "cell"):
        table.add_column(column, overflow="fold")
    for name, cell in zip(names, row, strict=True):
        if cell:
            table.add_row(name, cell)
    return table


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text
    return True
