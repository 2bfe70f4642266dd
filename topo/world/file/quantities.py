"""Quantities with units, as world files write them: "75 ms", "1 Gbit/s", "0.1 %"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .suggest import one_of

_WORDS = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(.*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a value of one kind may be.

    Args:
        units: factor of each unit to the base unit.
        usual: the unit that a bare number probably meant.
        least, most: bounds in the base unit, both allowed.
        whole: only whole numbers of the base unit.
    """

    units: Mapping[str, float]
    usual: str
    least: float
    most: float
    whole: bool = False

    def parse(self, value: object) -> float:
        """The value in the base unit.

        Raises:
            ValueError: no unit, an unknown one, or out of bounds; says the cure.
        """
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError(f'must be text such as "{self.example(20)}"')
        found = _WORDS.fullmatch(str(value).strip())
        if not found:
            raise ValueError(
                f'{value!r} is not a number with a unit (such as "{self.example(20)}")'
            )
        number, unit = found.groups()
        if not unit:
            raise ValueError(
                f'{value} has no unit (did you mean "{self.example(number)}"?)'
            )
        return self._bounded(str(value), float(number) * self._factor(unit))

    def example(self, number: object) -> str:
        """`number` in the usual unit."""
        return f"{number} {self.usual}"

    def _factor(self, unit: str) -> float:
        if unit not in self.units:
            raise ValueError(f'unknown unit "{unit}" {one_of(unit, self.units)}')
        return self.units[unit]

    def _bounded(self, said: str, value: float) -> float:
        if not self.least <= value <= self.most:
            raise ValueError(
                f'"{said}" is out of bounds ({self._show(self.least)} to '
                f"{self._show(self.most)})"
            )
        rounded = round(value, 9)
        if self.whole and rounded != int(rounded):
            raise ValueError(f'"{said}" must be a whole number of {self._base()}')
        return rounded

    def _base(self) -> str:
        return next(unit for unit, factor in self.units.items() if factor == 1)

    def _show(self, value: float) -> str:
        factor = self.units[self.usual]
        return f"{value / factor:g} {self.usual}"


DELAY_MS = Quantity({"us": 1e-3, "µs": 1e-3, "ms": 1, "s": 1e3}, "ms", 0, 10_000)
LOSS = Quantity({"%": 1e-2, "‰": 1e-3}, "%", 0, 1)
RATE_MBIT = Quantity(
    {"kbit/s": 1e-3, "Mbit/s": 1, "Gbit/s": 1e3}, "Mbit/s", 0.001, 100_000
)
TTL_S = Quantity(
    {"s": 1, "min": 60, "h": 3600, "d": 86400}, "s", 0, 7 * 86400, whole=True
)
CAPACITY_RPS = Quantity({"/s": 1, "k/s": 1e3}, "/s", 1, 1_000_000)
