"""What all ways of selecting have in common, and what some of them promise."""

from array import array
from collections import Counter
from collections.abc import Sequence
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balancer.errors import ConfigError
from balancer.hashing.catalogue import NAMES, POLICIES, selector
from balancer.hashing.selector import EMPTY, Method, Selector, WeightedName

SLOTS = 251
OPTIONS = {
    "maglev": {"size": SLOTS},
    "bounded": {"slots": SLOTS, "points": 20},
    "bounded_loads": {"points": 20},
    "ring": {"points": 20},
    "jump": {"nodes": 3},
    "anchor": {"nodes": 3, "capacity": 250},
}
HASHING = tuple(name for name in NAMES if name not in POLICIES)
CONSISTENT = ("ring", "rendezvous", "anchor")
ORDERLESS = tuple(name for name in NAMES if name not in ("modulo", "jump"))

few = settings(max_examples=10)
names = st.lists(st.text(min_size=1, max_size=3), min_size=2, max_size=6, unique=True)
weights = st.sampled_from([0, 0.5, 1, 2, 3])


@st.composite
def weighted(draw: st.DrawFn) -> list[WeightedName]:
    """Two to six backends, of which the first two have a weight."""
    chosen = draw(names)
    some = [draw(weights) or index < 2 for index in range(len(chosen))]
    return [WeightedName(n, float(w)) for n, w in zip(chosen, some, strict=True)]


def method(name: str) -> Method:
    return selector(name, OPTIONS.get(name))


def backends(*given: tuple[str, float]) -> list[WeightedName]:
    return [WeightedName(name, weight) for name, weight in given]


def owners(built: Selector, among: Sequence[WeightedName]) -> list[str]:
    return [among[number].name for number in built.table(SLOTS)]


def without(among: Sequence[WeightedName], name: str) -> list[WeightedName]:
    return [WeightedName(b.name, b.weight * (b.name != name)) for b in among]


@pytest.mark.parametrize("name", NAMES)
@few
@given(weighted())
def test_only_who_has_a_weight_is_chosen(name: str, among: list[WeightedName]) -> None:
    allowed = {number for number, backend in enumerate(among) if backend.weight}
    built = method(name).build(among)
    assert set(built.table(SLOTS)) <= allowed
    assert {built.pick(hash32) for hash32 in (0, 1, 2**31, 2**32 - 1)} <= allowed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("among", [[], backends(("a", 0))], ids=["none", "drained"])
def test_nobody_is_found_and_then_somebody(
    name: str, among: list[WeightedName]
) -> None:
    built = method(name).build(among)
    assert built.pick(7) == EMPTY
    assert built.table(SLOTS) == array("I", [EMPTY]) * SLOTS
    later = built.change(backends(("b", 0), ("a", 1)))
    assert set(later.table(SLOTS)) == {1}
    assert later.pick(7) == 1
    assert set(later.change(among).table(SLOTS)) == {EMPTY}


@pytest.mark.parametrize("name", [name for name in HASHING if name != "ring"])
@few
@given(weighted())
def test_a_slot_is_a_small_hash(name: str, among: list[WeightedName]) -> None:
    built = method(name).build(among)
    assert [built.pick(slot) for slot in range(SLOTS)] == list(built.table(SLOTS))


@pytest.mark.parametrize("name", ORDERLESS)
@few
@given(st.data(), weighted())
def test_the_order_does_not_matter(
    name: str, data: st.DataObject, among: list[WeightedName]
) -> None:
    shuffled = data.draw(st.permutations(among))
    one, other = method(name).build(among), method(name).build(shuffled)
    assert owners(one, among) == owners(other, shuffled)


@pytest.mark.parametrize("name", CONSISTENT)
@few
@given(st.data(), weighted())
def test_who_leaves_moves_only_its_own_and_who_comes_only_takes(
    name: str, data: st.DataObject, among: list[WeightedName]
) -> None:
    built = method(name).build(among)
    for leaver in data.draw(st.permutations([b.name for b in among if b.weight]))[1:]:
        before = owners(built, among)
        left = built.change(without(among, leaver))
        after = owners(left, among)
        assert all(a == b for a, b in zip(before, after, strict=True) if a != leaver)
        back = owners(left.change(among), among)
        assert all(a == b for a, b in zip(after, back, strict=True) if b != leaver)
        among, built = without(among, leaver), left


@pytest.mark.parametrize("name", CONSISTENT)
@few
@given(weighted(), st.floats(0.1, 5), st.floats(0, 5))
def test_a_weight_that_rises_only_takes(
    name: str, among: list[WeightedName], low: float, more: float
) -> None:
    first, rest = among[0].name, among[1:]
    built = method(name).build([WeightedName(first, low), *rest])
    risen = built.change([WeightedName(first, low + more), *rest])
    pairs = zip(built.table(SLOTS), risen.table(SLOTS), strict=True)
    assert {after for before, after in pairs if before != after} <= {0}


@pytest.mark.parametrize("name", NAMES)
def test_a_change_leaves_the_selector_as_it_was(name: str) -> None:
    among = backends(("a", 1), ("b", 1), ("c", 2))
    built = method(name).build(among)
    before = built.table(SLOTS)
    changed = built.change(without(among, "a"))
    built.change(without(among, "b"))
    built.table(SLOTS)[0] = 99
    assert built.table(SLOTS) == before
    assert changed.change(among).table(SLOTS) == before


@pytest.mark.parametrize(
    ("name", "options", "deviation"),
    [
        pytest.param("modulo", {}, 0.001, id="modulo"),
        pytest.param("maglev", {}, 0.001, id="maglev"),
        pytest.param("round_robin", {}, 0.001, id="round_robin"),
        pytest.param("least_loaded", {}, 0.001, id="least_loaded"),
        pytest.param("ring", {"points": 10_000}, 0.05, id="ring"),
        # Five times the standard deviation of the smallest share.
        pytest.param("rendezvous", {}, 0.06, id="rendezvous"),
        pytest.param("jump", {}, 0.06, id="jump"),
        pytest.param("anchor", {}, 0.06, id="anchor"),
    ],
)
def test_weights_1_to_4_have_shares_1_to_4(
    name: str, options: dict[str, object], deviation: float
) -> None:
    among = backends(("a", 1), ("b", 2), ("c", 3), ("d", 4))
    slots = Counter(selector(name, options).build(among).table(65537))
    for number, backend in enumerate(among):
        share = 65537 * backend.weight / 10
        assert slots[number] == pytest.approx(share, rel=deviation, abs=1)


@pytest.mark.parametrize("name", ["bounded", "bounded_loads"])
@few
@given(weighted())
def test_nobody_is_above_the_bound(name: str, among: list[WeightedName]) -> None:
    slots = Counter(method(name).build(among).table(SLOTS))
    total = sum(backend.weight for backend in among)
    for number, backend in enumerate(among):
        assert slots[number] <= ceil(1.25 * backend.weight / total * SLOTS)


def test_the_bound_is_reached_and_kept() -> None:
    # With a point each, the ring alone would give one of them nearly everything.
    among = backends(("a", 1), ("d", 1))
    table = selector("bounded", {"factor": 1.5, "points": 1}).build(among).table(100)
    assert sorted(Counter(table).values()) == [25, 75]


@pytest.mark.parametrize(
    ("among", "message"),
    [
        pytest.param(backends(("a", 1), ("a", 2)), "'a' is given twice", id="twice"),
        pytest.param(backends(("a", -1)), "'a': weight -1 is no", id="negative"),
        pytest.param(backends(("a", float("nan"))), "weight nan is no", id="nan"),
        pytest.param(backends(("a", float("inf"))), "weight inf is no", id="infinite"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_wrong_backends_are_refused(
    name: str, among: list[WeightedName], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        method(name).build(among)
