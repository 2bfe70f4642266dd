"""Experiments are found by name or as files; what is none is told with its cure."""

import re
import sys
from pathlib import Path

import pytest

from balancer.errors import ConfigError
from experiments.kit.catalogue import experiments_by_name, load_experiment

DOCS = Path(__file__).resolve().parents[4] / "docs"
EXAMPLE = re.findall(
    r"```python\n(.*?)```", (DOCS / "experiments.md").read_text(), re.DOTALL
)[0]


@pytest.fixture
def file(tmp_path):
    """A file of somebody's, whose module goes with it."""
    yield tmp_path / "is_it_mine.py"
    sys.modules.pop("experiments.is_it_mine", None)


def test_ours_are_found_by_their_files():
    known = experiments_by_name()
    assert set(known) >= {"dsr_reply_paths", "resolver_caching"}
    assert all(it.question.endswith("?") and it.background for it in known.values())
    assert not any(it.text for it in known.values())


def test_a_wrong_name_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean resolver_caching"):
        load_experiment("resolver_cache")


def test_the_example_of_the_documentation_is_one(file):
    file.write_text(EXAMPLE)
    found = load_experiment(str(file))
    assert (found.name, found.world, found.text) == ("is_it_mine", "duo", EXAMPLE)
    assert found.question.startswith("Is a web server as near")
    assert [claim.holds for claim in found.claims([])] == [None, None]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param("x = (", "never closed", id="syntax"),
        pytest.param("from .kit.none import x", "No module named", id="import"),
        pytest.param('"""Why?"""\nmeasure = claims = print\n', "", id="enough"),
        pytest.param('"""Why?"""\nmeasure = print\n', "has no claims", id="no claims"),
        pytest.param(
            "measure = claims = print\n", "has no docstring", id="no question"
        ),
    ],
)
def test_what_a_file_lacks_is_told(file, text, told):
    if text is not None:
        file.write_text(text)
    try:
        load_experiment(str(file))
    except ConfigError as error:
        assert told and str(error).startswith(str(file)) and told in str(error)
    else:
        assert not told


@pytest.mark.parametrize("said", ["a b.py", "./mine", "sub/x.txt"])
def test_what_is_no_file_of_python_is_told(said):
    with pytest.raises(ConfigError, match=re.escape(Path(said).name)):
        load_experiment(said)
