"""Runs are found by folder, file or name; and what is near is told."""

import json

import pytest

from balancer.errors import ConfigError
from experiments.cli.stored import find_run, read_result, run_names

RESULT = {"verdict": "pass", "experiments": []}
OLD, NEW = "20260101-120000-aaaaaaaaaaaa", "20260201-120000-bbbbbbbbbbbb"


@pytest.fixture
def runs(tmp_path):
    """Two runs, and one that was cut off before it had a result."""
    for name in (NEW, OLD):
        (tmp_path / name).mkdir()
        (tmp_path / name / "result.json").write_text(json.dumps(RESULT))
    (tmp_path / "20260301-120000-cccccccccccc").mkdir()
    return tmp_path


def test_names_are_those_with_a_result_the_oldest_first(runs):
    assert run_names(runs) == (OLD, NEW)


def test_a_run_is_found_by_name_folder_file_or_as_the_latest(runs):
    assert find_run(OLD, runs) == runs / OLD
    assert find_run(str(runs / OLD), runs) == runs / OLD
    assert find_run(str(runs / OLD / "report.html"), runs) == runs / OLD
    assert find_run(None, runs) == runs / NEW


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param(OLD[:-1], f"(did you mean {OLD}", id="near"),
        pytest.param("x", f"(the latest are {OLD}, {NEW})", id="far"),
        pytest.param(
            "20260301-120000-cccccccccccc", "(the latest are", id="unfinished"
        ),
    ],
)
def test_what_is_no_run_is_told_with_the_nearest(runs, said, told):
    with pytest.raises(ConfigError) as caught:
        find_run(said, runs)
    assert f"{said}: not a run's folder or name" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("said", [None, "x"])
def test_without_runs_it_is_told_what_makes_one(tmp_path, said):
    with pytest.raises(ConfigError, match="frontlab demo makes one"):
        find_run(said, tmp_path / "none")


def test_a_result_says_where_it_is(runs):
    result = read_result(runs / NEW)
    assert result["verdict"] == "pass"
    assert result["report"] == str(runs / NEW / "report.html")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"verdict": "pass"}'])
def test_a_result_that_no_run_wrote_is_told(runs, text):
    (runs / NEW / "result.json").write_text(text)
    with pytest.raises(ConfigError, match=r"result\.json: not what a run writes"):
        read_result(runs / NEW)
