"""How the unit tests are parted, and how what became of the parts is told."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from junit import merge
from side_by_side import NONE_SELECTED, parts, refusal, status


@pytest.mark.parametrize("step", ["unit", "live"])
def test_every_file_is_in_one_part(step):
    first, second = parts(step, ["-q"])
    assert all(Path(folder).is_dir() for folder in first[:-1])
    assert second == [f"tests/{step}", *(f"--ignore={it}" for it in first[:-1]), "-q"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["tests/unit/balancer"], id="folder"),
        pytest.param(["-q", "tests/unit/test_side_by_side.py::test_x"], id="test"),
        pytest.param(["--pdb"], id="debugger"),
        pytest.param(["-x"], id="first failure"),
        pytest.param(["--maxfail=2"], id="second failure"),
        pytest.param(["-vvs"], id="letters"),
        pytest.param(["--collect-only", "-q"], id="only looks"),
    ],
)
def test_what_is_named_or_talks_is_run_alone(arguments):
    assert parts("unit", arguments) == [["-o", "testpaths=tests/unit", *arguments]]


@pytest.mark.parametrize(
    "word", ["balancer", "tests/live", "tests/unit/none.py", "sticky", "-vv", "-kxs"]
)
def test_other_words_part_as_ever(word):
    assert len(parts("unit", ["-k", word])) == 2


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


@pytest.mark.parametrize(
    ("argument", "cure"),
    [
        pytest.param("--lf", "-m pytest tests/unit --lf keeps", id="last failed"),
        pytest.param("--stepwise", "no record is kept", id="steps"),
        pytest.param("--cache-clear", "-m pytest tests/unit", id="cache"),
        pytest.param("-n", "side by side already", id="workers"),
        pytest.param("-n4", "side by side already", id="so many workers"),
        pytest.param("-x", "", id="taken"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(argument, cure):
    told = refusal("unit", ["-q", argument])
    assert cure in told and bool(told) == bool(cure)


def test_reports_of_several_pytests_become_one(tmp_path):
    parted = [tmp_path / "1.xml", tmp_path / "2.xml", tmp_path / "killed.xml"]
    for path in parted[:2]:
        path.write_text(f'<testsuites><testsuite name="{path.stem}"/></testsuites>')
    merge(parted, tmp_path / "all.xml")
    root = ElementTree.parse(tmp_path / "all.xml").getroot()
    assert [it.get("name") for it in root.findall("testsuite")] == ["1", "2"]
