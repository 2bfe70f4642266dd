"""What connection_survival claims about rows that are right, and about wrong ones."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fakes.survivals import survivals

from experiments.connection_survival import claims, figures
from experiments.kit.judging.verdict import Verdict, judge
from experiments.kit.survival.event import (
    BACKEND_REMOVED,
    BALANCER_REMOVED,
    BOTH_REMOVED,
    OVERFLOW,
)
from experiments.kit.survival.tally import SurvivalRow

ROWS = survivals()


def broken(rows: list[SurvivalRow]) -> set[str]:
    return {claim.name for claim in claims(rows) if claim.holds is not True}


def changed(
    selection: str, tracking: str, event: str, **changes: int
) -> list[SurvivalRow]:
    cell = (selection, tracking, event)
    return [
        replace(row, **changes)
        if (row.selection, row.tracking, row.event) == cell
        else row
        for row in ROWS
    ]


def test_right_rows_pass() -> None:
    assert broken(ROWS) == set()


@pytest.mark.parametrize(
    ("cell", "changes", "names"),
    [
        pytest.param(
            ("bounded", "off", BACKEND_REMOVED),
            {"unlike": 1},
            {"foreseen"},
            id="another end",
        ),
        pytest.param(
            ("bounded", "off", OVERFLOW), {"unlike": 1}, {"table full"}, id="worse"
        ),
        pytest.param(
            ("modulo", "off", BACKEND_REMOVED), {"broken": 40}, {"modulo"}, id="modulo"
        ),
        pytest.param(
            ("modulo", "all", OVERFLOW), {"broken": 20}, {"forgotten"}, id="not full"
        ),
        pytest.param(
            ("ring", "off", BOTH_REMOVED), {"broken": 60}, {"consistent"}, id="ring"
        ),
        pytest.param(
            ("maglev", "off", BACKEND_REMOVED), {"broken": 60}, {"Maglev"}, id="maglev"
        ),
        pytest.param(
            ("jump", "all", BACKEND_REMOVED), {"broken": 60}, {"tracked"}, id="lost"
        ),
        pytest.param(
            ("jump", "off", BALANCER_REMOVED), {"broken": 1}, {"stateless"}, id="state"
        ),
        pytest.param(
            ("modulo", "all", BOTH_REMOVED),
            {"broken": 90},
            {"tracking alone"},
            id="more than moved",
        ),
        pytest.param(
            ("jump", "changed", BOTH_REMOVED),
            {"broken": 90},
            {"slots remember"},
            id="slots forget",
        ),
        pytest.param(
            ("jump", "chance", OVERFLOW), {"broken": 90}, {"second chance"}, id="chance"
        ),
        pytest.param(
            ("least_loaded", "off", BACKEND_REMOVED),
            {"broken": 20},
            {"least loaded"},
            id="loads",
        ),
        pytest.param(
            ("bounded", "off", BOTH_REMOVED), {"strays": 1}, {"ECMP"}, id="ECMP moves"
        ),
    ],
)
def test_a_wrong_cell_fails(
    cell: tuple[str, str, str], changes: dict[str, int], names: set[str]
) -> None:
    assert broken(changed(*cell, **changes)) == names


@pytest.mark.parametrize(
    "rows",
    [
        list,
        lambda: [replace(row, connections=0, broken=0, moved=0, own=0) for row in ROWS],
    ],
    ids=["no rows", "no connections"],
)
def test_nothing_decides_nothing(rows: Callable[[], list[SurvivalRow]]) -> None:
    verdict, _ = judge(claims(rows()), [])
    assert verdict is Verdict.INCONCLUSIVE


def test_figures_have_a_cell_for_each_row() -> None:
    grid, table = figures(ROWS)
    assert len(grid.rows) == 10
    assert len(table.rows) == 60
    assert all(table.good)
    (name, shades) = grid.rows[0]
    assert (name, len(shades)) == ("modulo", 30)
    assert float(shades[0].text) == pytest.approx(83, abs=10)


def test_an_unlike_cell_is_marked() -> None:
    rows = changed("ring", "off", BOTH_REMOVED, unlike=1)
    table = figures(rows)[1]
    assert [
        row[:2] for row, good in zip(table.rows, table.good, strict=True) if not good
    ] == [("ring", "off")]
