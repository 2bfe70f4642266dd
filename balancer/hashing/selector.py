"""What every way of selecting offers, and what all ask of backends; no algorithm."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Protocol, runtime_checkable

from ..errors import ConfigError

EMPTY = 0xFFFFFFFF  # in place of an owner when no backend has a weight


@dataclass(frozen=True, slots=True)
class WeightedName:
    """A backend as selection knows it; weight 0 gets nothing new."""

    name: str
    weight: float = 1


class Selector(Protocol):
    """Backends, ready to be chosen from; they are numbered as they were given.

    `pick` and `table` are two ways to ask. A data plane that looks up slots has its own
    mapping from hashes to slots, so it need not choose as `pick` does.
    """

    def pick(self, hash32: int) -> int:
        """Return the backend for a flow's hash, `EMPTY` when none has a weight."""
        ...

    def table(self, slots: int) -> "array[int]":
        """Return the owner of each slot, for a data plane that knows only slots."""
        ...

    def change(self, backends: Sequence[WeightedName]) -> "Selector":
        """Return the selector after a change; this one stays as it is.

        A backend that is dead or drained stays in the list, with weight 0, so that
        the others keep their numbers.
        """
        ...


@runtime_checkable
class Policy(Selector, Protocol):
    """A selector with a state: `pick` counts a flow, and its end is to be told.

    What the next flow gets depends on those before it. So a flow needs tracking (see
    `tracked`), or each of its packets is picked for anew.
    """

    def ended(self, number: int) -> None:
        """Take note that one of the flows of a backend is over."""
        ...


class Method(Protocol):
    """A way of selecting, with its options."""

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past.

        Raises:
            ConfigError: a name comes twice, a weight is no number from 0 up, or there
                are more backends than the method can hold.
        """
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """A backend that has a weight, and its number among all."""

    number: int
    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class Nobody:
    """The selector when no backend has a weight."""

    method: Method

    def pick(self, hash32: int) -> int:
        """Return `EMPTY`."""
        return EMPTY

    def table(self, slots: int) -> "array[int]":
        """Return `EMPTY` for each slot."""
        return array("I", [EMPTY]) * slots

    def change(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past."""
        return self.method.build(backends)


def members_of(backends: Sequence[WeightedName]) -> list[Member]:
    """Return who has a weight; see `Method.build` for the errors."""
    seen: set[str] = set()
    for backend in backends:
        if backend.name in seen:
            raise ConfigError(f"backend {backend.name!r} is given twice")
        if not (isfinite(backend.weight) and backend.weight >= 0):
            what = f"weight {backend.weight} is no number from 0 up"
            raise ConfigError(f"backend {backend.name!r}: {what}")
        seen.add(backend.name)
    return [
        Member(number, backend.name, backend.weight)
        for number, backend in enumerate(backends)
        if backend.weight
    ]


def by_name(members: Sequence[Member]) -> list[Member]:
    """Return members so that the order in which they were given does not matter."""
    return sorted(members, key=lambda member: member.name)


def nodes_of(member: Member, per_weight: int) -> int:
    """Return how many virtual nodes a member has: in proportion, but never none."""
    return max(1, round(member.weight * per_weight))


def require(option: str, met: bool, what: str) -> None:
    """Raise ConfigError about a method's option unless the condition is met."""
    if not met:
        raise ConfigError(f"{option}: {what}")
