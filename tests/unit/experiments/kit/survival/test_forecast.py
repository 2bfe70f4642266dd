"""Which connections break, by tables of slots and tracking."""

from ipaddress import IPv4Address

import pytest

from balancer.hashing.catalogue import NAMES
from balancer.model import FiveTuple, Protocol
from experiments.kit.survival.forecast import Fate, is_foreseen, slots_of

SIZE = 1021
ALL, LESS = ("a", "b", "c", "d"), ("a", "c", "d")


def flow(port: int) -> FiveTuple:
    client, vip = IPv4Address("11.1.16.10"), IPv4Address("23.0.1.80")
    return FiveTuple(4, int(client), int(vip), Protocol.TCP, port, 80)


@pytest.mark.parametrize("method", NAMES)
def test_who_is_not_there_owns_nothing(method: str) -> None:
    slots = slots_of(method, ALL, LESS, SIZE)
    owners = [slots.owners(flow(port)) for port in range(2000, 2400)]
    assert {was for was, _ in owners} == set(ALL)
    assert {now for _, now in owners} == set(LESS)


def test_modulo_keeps_one_slot_in_n() -> None:
    slots = slots_of("modulo", ALL, LESS, SIZE)
    kept = sum(was == now for was, now in zip(slots.before, slots.after, strict=True))
    assert kept / SIZE == pytest.approx(1 / len(ALL), abs=0.01)


@pytest.mark.parametrize("method", ["ring", "rendezvous", "anchor"])
@pytest.mark.parametrize("added", [True, False], ids=["added", "removed"])
def test_consistent_hashing_moves_what_it_must(method: str, added: bool) -> None:
    slots = slots_of(method, *((LESS, ALL) if added else (ALL, LESS)), SIZE)
    moved = [
        pair for pair in map(slots.owners, map(flow, range(400))) if len(set(pair)) == 2
    ]
    assert moved
    assert all("b" in pair for pair in moved)


@pytest.mark.parametrize(
    ("fate", "survives"),
    [
        pytest.param(Fate("all", "a", "c", "a", False), False, id="its backend went"),
        pytest.param(Fate("off", "a", "a", "b", True), True, id="same slot"),
        pytest.param(Fate("off", "a", "c", "b", False), False, id="unknown, remapped"),
        pytest.param(Fate("all", "a", "c", "b", False), True, id="remembered"),
        pytest.param(Fate("all", "a", "c", "b", True), False, id="forgotten"),
        pytest.param(Fate("all", "a", "a", "b", True), True, id="forgotten, same slot"),
        pytest.param(Fate("established", "a", "c", "", False), True, id="established"),
        pytest.param(Fate("established", "a", "c", "", True), False, id="moved"),
        pytest.param(Fate("changed", "a", "c", "b", True), True, id="slots remember"),
        pytest.param(Fate("changed", "b", "c", "b", False), False, id="but not dead"),
        pytest.param(Fate("chance", "a", "c", "b", True), True, id="handed on"),
        pytest.param(Fate("chance", "b", "c", "b"), False, id="by nobody"),
        pytest.param(Fate("nat", "a", "c", "b"), True, id="translated"),
        pytest.param(Fate("nat", "a", "a", "", moved=True), False, id="by another"),
        pytest.param(Fate("nat", "a", "a", "b", flooded=True), True, id="still is"),
        pytest.param(Fate("all", "a", "c", "b", flooded=True), False, id="flooded"),
    ],
)
def test_a_fate(fate: Fate, survives: bool) -> None:
    assert fate.survives is survives


@pytest.mark.parametrize(
    ("method", "fate", "foreseen"),
    [
        pytest.param("maglev", Fate("off", "a", "b", "", True), True, id="fixed"),
        pytest.param(
            "least_loaded", Fate("off", "a", "a", "", False), False, id="bare"
        ),
        pytest.param(
            "least_loaded", Fate("all", "a", "a", "", False), True, id="known"
        ),
        pytest.param(
            "least_loaded", Fate("all", "a", "a", "", True), False, id="moved"
        ),
        pytest.param("least_loaded", Fate("off", "a", "a", "a", True), True, id="dead"),
        pytest.param("least_loaded", Fate("chance", "a", "a", ""), False, id="handed"),
    ],
)
def test_what_can_be_foretold(method: str, fate: Fate, foreseen: bool) -> None:
    assert is_foreseen(method, fate) is foreseen
