import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.render.toml import to_toml

SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
TABLES = st.recursive(
    st.dictionaries(st.text("ab.-_ é"), SCALARS | st.lists(SCALARS, max_size=2)),
    lambda below: st.dictionaries(
        st.text("ab. "), SCALARS | below | st.lists(below, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@given(TABLES)
def test_what_is_written_is_what_is_read(table):
    assert tomllib.loads(to_toml(table)) == table


@pytest.mark.parametrize(
    ("table", "text"),
    [
        pytest.param({"a": "b", "c": 1.5}, 'a = "b"\nc = 1.5\n', id="values"),
        pytest.param(
            {"t": {"k": True}, "a": 1}, "a = 1\n\n[t]\nk = true\n", id="table"
        ),
        pytest.param(
            {"z": [{"n": ".", "r": [{"v": []}]}]},
            '[[z]]\nn = "."\n\n[[z.r]]\nv = []\n',
            id="arrays of tables",
        ),
        pytest.param(
            {"a": "\x7f\n\U00010000"}, 'a = "\\u007f\\n\U00010000"\n', id="odd text"
        ),
        pytest.param(
            {"n": {"ns.a.net": ["1.1.1.1"]}},
            '[n]\n"ns.a.net" = ["1.1.1.1"]\n',
            id="key with dots",
        ),
    ],
)
def test_text(table, text):
    assert to_toml(table) == text
