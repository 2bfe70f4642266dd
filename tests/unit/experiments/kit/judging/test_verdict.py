import pytest

from experiments.kit.judging.verdict import Claim, Verdict, combine, judge

PASS, FAIL = Verdict.PASS, Verdict.FAIL
INVALID, INCONCLUSIVE = Verdict.INVALID, Verdict.INCONCLUSIVE


def claim(name: str, holds: bool | None, reason: str = "") -> Claim:
    return Claim(name, "it does", holds, "seen", "wanted", reason)


@pytest.mark.parametrize(
    ("verdict", "status"), [(PASS, 0), (FAIL, 1), (INVALID, 3), (INCONCLUSIVE, 4)]
)
def test_exit_status(verdict: Verdict, status: int) -> None:
    assert verdict.exit_status == status


@pytest.mark.parametrize(
    ("verdicts", "whole"),
    [
        pytest.param([PASS, PASS], PASS, id="all pass"),
        pytest.param([PASS, INCONCLUSIVE], INCONCLUSIVE, id="one undecided"),
        pytest.param([INCONCLUSIVE, INVALID], INVALID, id="one unfaithful"),
        pytest.param([INVALID, FAIL, PASS], FAIL, id="a faithful failure stands"),
        pytest.param([], INCONCLUSIVE, id="nothing was run"),
    ],
)
def test_combination(verdicts: list[Verdict], whole: Verdict) -> None:
    assert combine(verdicts) is whole


@pytest.mark.parametrize(
    ("claims", "breaches", "verdict", "reason"),
    [
        pytest.param([claim("a", True)], [], PASS, "", id="holds"),
        pytest.param(
            [claim("a", True), claim("b", False, "no")], [], FAIL, "b: no", id="broken"
        ),
        pytest.param(
            [claim("a", None, "too few")],
            [],
            INCONCLUSIVE,
            "a: too few",
            id="undecided",
        ),
        pytest.param(
            [claim("a", False)], ["late"], INVALID, "late", id="unfaithful trumps all"
        ),
        pytest.param(
            [], [], INCONCLUSIVE, "the experiment claimed nothing", id="no claims"
        ),
        pytest.param(
            [],
            list("abcde"),
            INVALID,
            "a; b; c; and 2 more",
            id="a long list is cut",
        ),
    ],
)
def test_judging(
    claims: list[Claim], breaches: list[str], verdict: Verdict, reason: str
) -> None:
    assert judge(claims, breaches) == (verdict, reason)
