import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.world.file.lines import find_lines

TEXT = """\
# comment
name = "x" # [not.a.table]

[sites.fra]
region = "europe"
[[links]]
between = [
  "fra", # one
  "iad",
]
rtt = "80 ms"
[links.forward]
loss = "1 %"

[[links]]
forward = { loss = "2 %", rate = "1 Gbit/s" }
text = \"\"\"
[[links]]
rtt = "no"
\"\"\"
a.b = 1
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        pytest.param(("name",), 2, id="key"),
        pytest.param(("sites", "fra"), 4, id="table"),
        pytest.param(("sites", "fra", "region"), 5, id="key in table"),
        pytest.param(("sites", "fra", "none"), 4, id="missing key: its table"),
        pytest.param(("links", 0), 6, id="first of array"),
        pytest.param(("links", 0, "between", 1), 7, id="array over lines"),
        pytest.param(("links", 0, "rtt"), 11, id="key after array"),
        pytest.param(("links", 0, "forward", "loss"), 13, id="table in array"),
        pytest.param(("links", 1), 15, id="second of array"),
        pytest.param(("links", 1, "forward", "rate"), 16, id="inline table"),
        pytest.param(("links", 1, "text"), 17, id="text over lines"),
        pytest.param(("links", 1, "a", "b"), 21, id="dotted key after text"),
        pytest.param(("clients",), 1, id="missing table: the file"),
    ],
)
def test_line_of(location, line):
    assert find_lines(TEXT).of(location) == line


def test_an_array_of_twenty_thousand_lines_takes_no_time():
    text = "a = [\n" + '"x", # ["\n' * 20_000 + "]\nb = 1\n"
    began_s = time.process_time()
    assert find_lines(text).of(("b",)) == 20_003
    assert time.process_time() - began_s < 2


@pytest.mark.parametrize(
    "value",
    [
        pytest.param('"""a\n"b""\n"""""', id="quotes before closing ones"),
        pytest.param('"""\n\\"""\n["""', id="escaped quotes"),
        pytest.param("'''\n]\\\n'''''", id="literal text"),
        pytest.param('"]\\"#["', id="brackets in a string"),
        pytest.param("'[\"'", id="quote in a literal string"),
        pytest.param('[ # "\n\'#\', {k = ["]"]},\n]', id="comment in an array"),
        pytest.param('""', id="empty"),
    ],
)
def test_a_statement_ends_where_its_value_does(value):
    text = f"# ['\na = {value} # \"\nb = 1"
    tomllib.loads(text)
    assert find_lines(text).of(("b",)) == text.count("\n") + 1
    assert find_lines(text).of(("a",)) == 2


KEYS = st.text("abc-_", min_size=1, max_size=3)
VALUES = st.sampled_from(["1", '"#[x]"', "[\n1,\n]", "'''\n[t]\n'''", "{ k = 1 }"])


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_each_key_is_where_it_was_written(values):
    text, lines = "", {}
    for key, value in values.items():
        text += "\n# comment\n"
        lines[key] = text.count("\n") + 1
        text += f"{key} = {value}\n"
    tomllib.loads(text)
    found = find_lines(text)
    assert {key: found.of((key,)) for key in values} == lines
