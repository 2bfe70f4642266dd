"""Numbers that stay, and what of a balancer outlives its process."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import WireError
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.numbers import Numbers
from balancer.vip.tables.limits import MAX_BACKENDS
from balancer.vip.xdp.about import SIZE, About, layout_of

A, B, C, D = (("www", name) for name in "abcd")


def test_who_stays_keeps_its_number() -> None:
    numbers = Numbers(8)
    assert numbers.assign([A, B, C]) == ()
    assert numbers.assign([C, D, B]) == ()
    assert dict(numbers) == {B: 1, C: 2, D: 3}


def test_a_free_number_is_taken_last_and_told() -> None:
    numbers = Numbers(3)
    numbers.assign([A, B])
    numbers.assign([B, C])
    assert numbers.assign([B, C, D]) == (0,)
    assert numbers[D] == 0
    assert numbers.assign([B]) == ()
    assert numbers.assign([B, A]) == (2,)  # the oldest of those that are free


def test_more_names_than_numbers() -> None:
    with pytest.raises(ValueError, match="3 names"):
        Numbers(2).assign([A, B, C])


@given(st.lists(st.lists(st.sampled_from([A, B, C, D]), unique=True), max_size=8))
def test_whatever_comes_and_goes_nobody_shares_a_number(rows: list[list]) -> None:
    numbers = Numbers(4)
    for row in rows:
        before = dict(numbers)
        reused = numbers.assign(row)
        assert set(numbers) == set(row)
        assert len(set(numbers.values())) == len(row)
        assert set(numbers.values()) <= set(range(4))
        assert all(numbers[key] == before[key] for key in before.keys() & set(row))
        assert not set(reused) & {before[k] for k in before.keys() & set(row)}


def test_a_copy_goes_its_own_way() -> None:
    numbers = Numbers(8)
    numbers.assign([A])
    copy = numbers.copy()
    copy.assign([B])
    assert (dict(numbers), dict(copy)) == ({A: 0}, {B: 1})


def memory() -> Memory:
    it = Memory(serving=frozenset({A}), weights={("www", "b"): 0})
    it.backends.assign([A, B])
    it.backends.assign([B])
    it.tables.assign([C])
    it.vips.assign([("2a23::80", "80", "tcp")])
    return it


def test_a_memory_survives_json() -> None:
    again = Memory.from_json(json.loads(json.dumps(memory().to_json())))
    assert again.to_json() == memory().to_json()
    assert again.backends.free == (0,)
    assert again.weights == {("www", "b"): 0}


def test_what_is_said_about_maps_survives_the_kernel() -> None:
    octets = About("layout", memory(), (65537, 1009)).to_bytes()
    assert len(octets) == SIZE
    again = About.from_bytes(octets)
    assert (again.layout, again.table_sizes) == ("layout", (65537, 1009))
    assert again.memory.to_json() == memory().to_json()


def test_as_much_as_there_can_be_fits() -> None:
    it = Memory()
    names = [
        ("www-somewhere", f"backend-{n}", f"11.1.{n % 256}.9") for n in range(4096)
    ]
    it.backends.assign(names)
    full = Memory(it.backends, serving=frozenset(names))
    assert len(full.backends) == MAX_BACKENDS
    assert len(About("layout", full, ()).to_bytes()) == SIZE


@given(st.binary(max_size=64))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    with pytest.raises(WireError):
        About.from_bytes(octets.ljust(64, b"\0"))


@pytest.mark.parametrize("tree", [{}, {"backends": 1}, {"backends": {"taken": [[1]]}}])
def test_another_json_is_refused(tree: dict) -> None:
    with pytest.raises(WireError):
        Memory.from_json(tree)


def test_a_layout_is_its_headers() -> None:
    one = layout_of({"maps.h": b"a", "reasons.h": b"b"})
    assert one == layout_of({"reasons.h": b"b", "maps.h": b"a"})
    assert one != layout_of({"maps.h": b"ab", "reasons.h": b""})
