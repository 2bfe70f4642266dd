"""A measured figure, with its target where there is one."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a benchmark.

    Args:
        name: what was measured.
        value: the measured value, in `unit`.
        unit: its unit; "ratio" for a quotient of two figures of one run.
        target: the bound that it should keep, or None.
        met: whether it keeps the bound, or None.
        against: what a ratio compares with, or None.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    met: bool | None = None
    against: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the figure for `--json`, whatever kind of numbers it was given."""
        met = None if self.met is None else bool(self.met)
        return {**asdict(self), "value": float(self.value), "met": met}
