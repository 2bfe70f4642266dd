"""Tables for people: words stay whole, however narrow the terminal."""

import io

import pytest
from rich.text import Text

from experiments.cli import console
from experiments.cli.runs import _show

COLUMNS = ("site", "city", "region", "balancers", "capacity")
ROWS = [
    ("fra", "Frankfurt am Main", "europe", 2, "1000 /s"),
    ("iad", "Washington", "north-america", None, "2000 /s"),
]


def shown(monkeypatch, width, columns=COLUMNS, rows=ROWS):
    monkeypatch.setattr(console.OUT, "file", io.StringIO())
    monkeypatch.setattr(console.OUT, "_width", width)
    console.show_table("sites", columns, rows)
    return console.OUT.file.getvalue()


@pytest.mark.parametrize("width", [24, 40, 50, 80, 200])
def test_words_stay_whole_and_lines_fit(monkeypatch, width):
    text = shown(monkeypatch, width)
    words = [*COLUMNS, *(w for row in ROWS for c in row if c for w in str(c).split())]
    assert set(map(str, words[1:])) <= set(text.split())
    assert max(map(len, text.splitlines())) <= width


def test_a_wide_terminal_shows_a_row_a_line(monkeypatch):
    assert len(shown(monkeypatch, 80).splitlines()) == 2 + len(ROWS)


def test_no_rows_are_told(monkeypatch):
    assert shown(monkeypatch, 80, ("name", "pid"), []) == "sites\nnone\n"


def test_a_narrow_terminal_shows_a_cell_a_line_but_no_empty_ones(monkeypatch):
    lines = [line.strip() for line in shown(monkeypatch, 30).splitlines()]
    assert lines[:3] == ["sites", "fra", "city      Frankfurt am Main"]
    assert lines.count("balancers 2") == 1 and "balancers" not in lines


@pytest.mark.parametrize("width", [12, 80])
def test_words_in_brackets_are_shown_as_they_are(monkeypatch, width):
    rows = [(Text("pass", "green"), "[red]", "[/x]"), (Text("fail"), "[1]", None)]
    words = shown(monkeypatch, width, ("verdict", "a", "b"), rows).split()
    assert {"pass", "fail", "[red]", "[/x]", "[1]"} <= set(words)


def test_what_a_run_says_in_brackets_is_shown(monkeypatch):
    monkeypatch.setattr(console.OUT, "file", io.StringIO())
    outcome = {"name": "mine", "claims": [], "reason": "[/tmp] is full"}
    _show({"experiments": [outcome], "verdict": "invalid", "report": None})
    told = "mine\n[/tmp] is full\n\nverdict: invalid\n"
    assert console.OUT.file.getvalue() == told
