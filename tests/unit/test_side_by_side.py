"""How the unit tests are parted, and how what became of the parts is told."""

import pytest
from side_by_side import FIRST, NONE_SELECTED, parts, status


def test_every_file_is_in_one_part():
    first, second = parts(["-x"])
    assert first == [*FIRST, "-x"]
    assert second == ["tests/unit", *(f"--ignore={it}" for it in FIRST), "-x"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["tests/unit/balancer"], id="folder"),
        pytest.param(["-q", "tests/unit/test_side_by_side.py::test_x"], id="test"),
        pytest.param(["--pdb"], id="debugger"),
    ],
)
def test_what_is_named_or_talks_is_run_alone(arguments):
    assert parts(arguments) == [["-o", "testpaths=tests/unit", *arguments]]


@pytest.mark.parametrize("word", ["balancer", "tests/live", "tests/unit/none.py"])
def test_other_words_part_as_ever(word):
    assert len(parts(["-k", word])) == 2


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        pytest.param([0, 0], 0, id="both passed"),
        pytest.param([0, 1], 1, id="one failed"),
        pytest.param([1, 2], 2, id="one was stopped"),
        pytest.param([NONE_SELECTED, 0], 0, id="nothing to do in one"),
        pytest.param([NONE_SELECTED, 1], 1, id="nothing to do in the better one"),
        pytest.param([NONE_SELECTED, NONE_SELECTED], NONE_SELECTED, id="nothing"),
        pytest.param([0, -9], -9, id="one was killed"),
    ],
)
def test_status(statuses, told):
    assert status(statuses) == told
