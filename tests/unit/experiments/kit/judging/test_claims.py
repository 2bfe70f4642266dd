import pytest

from experiments.kit.judging.claims import Every, Sent

EVEN: Every[int] = Every(
    name="even",
    statement="All are even.",
    expected="even",
    holds=lambda number: None if number == 0 else number % 2 == 0,
    tell=lambda number: f"{number} is not",
    unit="numbers",
)


@pytest.mark.parametrize(
    ("rows", "holds", "observed", "reason"),
    [
        pytest.param([2, 4], True, "2 of 2 numbers", "", id="all"),
        pytest.param([2, 3], False, "1 of 2 numbers", "3 is not", id="one breaks it"),
        pytest.param([2, 0], None, "1 of 2 numbers", "0 is not", id="one undecided"),
        pytest.param([0, 3], False, "0 of 2 numbers", "3 is not", id="broken wins"),
        pytest.param(
            [1, 3, 5, 7, 9],
            False,
            "0 of 5 numbers",
            "1 is not; 3 is not; 5 is not; and 2 more",
            id="a long list is cut",
        ),
        pytest.param([], None, "0 of 0 numbers", "there are no numbers", id="none"),
    ],
)
def test_every(rows: list[int], holds: bool | None, observed: str, reason: str) -> None:
    claim = EVEN.judge(rows)
    assert (claim.holds, claim.observed, claim.reason) == (holds, observed, reason)


AWAY: Sent[tuple[str, str, str]] = Sent(
    who=lambda row: row[0], found=lambda row: row[1], wanted=lambda row: row[2]
)


@pytest.mark.parametrize(
    ("row", "holds", "told"),
    [
        pytest.param(("gru", "iad", "iad"), True, "gru: iad, not iad", id="right"),
        pytest.param(("gru", "fra", "iad"), False, "gru: fra, not iad", id="wrong"),
        pytest.param(("gru", "", "iad"), None, "gru: nowhere, not iad", id="nowhere"),
    ],
)
def test_sent(row: tuple[str, str, str], holds: bool | None, told: str) -> None:
    assert (AWAY.holds(row), AWAY.tell(row)) == (holds, told)


def test_the_kind_of_rows_can_be_said_where_one_is_made():
    claim = Every[int]("even", "All are.", "even", lambda it: it % 2 == 0, str)
    assert claim.judge([2, 4]).holds
    assert Sent[str](str, str, str).holds("fra")
