import pytest
from hypothesis import given
from hypothesis import strategies as st

from topo.world.file.quantities import CAPACITY_RPS, DELAY_MS, LOSS, RATE_MBIT, TTL_S


@pytest.mark.parametrize(
    ("quantity", "said", "value"),
    [
        pytest.param(DELAY_MS, "75 ms", 75, id="ms"),
        pytest.param(DELAY_MS, "0.02 s", 20, id="s"),
        pytest.param(DELAY_MS, "500us", 0.5, id="no blank"),
        pytest.param(RATE_MBIT, "1 Gbit/s", 1000, id="Gbit/s"),
        pytest.param(RATE_MBIT, "64 kbit/s", 0.064, id="kbit/s"),
        pytest.param(LOSS, "0.1 %", 0.001, id="percent"),
        pytest.param(TTL_S, "2 min", 120, id="minutes"),
        pytest.param(TTL_S, "0 s", 0, id="zero"),
        pytest.param(CAPACITY_RPS, "1.5 k/s", 1500, id="thousands"),
    ],
)
def test_value_in_base_unit(quantity, said, value):
    assert quantity.parse(said) == value


@pytest.mark.parametrize(
    ("quantity", "said", "words"),
    [
        pytest.param(DELAY_MS, 20, 'did you mean "20 ms"?', id="bare integer"),
        pytest.param(TTL_S, 20, 'did you mean "20 s"?', id="bare TTL"),
        pytest.param(DELAY_MS, "20", 'did you mean "20 ms"?', id="bare text"),
        pytest.param(RATE_MBIT, "1 Gbits", 'did you mean "Gbit/s"?', id="near unit"),
        pytest.param(DELAY_MS, "20 parsec", "us, µs, ms, s", id="far unit"),
        pytest.param(DELAY_MS, "-1 ms", "out of bounds", id="negative"),
        pytest.param(DELAY_MS, "1e300 s", "out of bounds", id="huge"),
        pytest.param(LOSS, "101 %", "0 % to 100 %", id="more than all"),
        pytest.param(TTL_S, "1.5 s", "whole number of s", id="broken TTL"),
        pytest.param(DELAY_MS, "soon", "not a number", id="word"),
        pytest.param(DELAY_MS, True, "must be text", id="boolean"),
        pytest.param(DELAY_MS, ["1 ms"], "must be text", id="list"),
    ],
)
def test_mistake_says_the_cure(quantity, said, words):
    with pytest.raises(ValueError) as caught:
        quantity.parse(said)
    assert words in str(caught.value)


@given(st.floats(0, 10_000), st.sampled_from(["ms", "s", "us"]))
def test_units_agree(value_ms, unit):
    said = f"{value_ms / DELAY_MS.units[unit]:.12f} {unit}"
    assert DELAY_MS.parse(said) == pytest.approx(value_ms, abs=1e-6)


@given(st.text() | st.floats() | st.integers() | st.none())
def test_anything_parses_or_is_refused(said):
    try:
        value = DELAY_MS.parse(said)
    except ValueError:
        return
    assert 0 <= value <= 10_000
