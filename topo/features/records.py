"""A feature of this machine, as `doctor` tells it."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: whether it was found, and what follows.

    Args:
        name: the feature, in the field's words.
        found: whether it worked when it was tried.
        detail: its version, or what the trial said.
        used_instead: what the lab uses in its place; "" when nothing can.
        cure: what brings it, "" when it is there.
    """

    name: str
    found: bool
    detail: str
    used_instead: str = ""
    cure: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the fields as a JSON object."""
        return asdict(self)


Features = tuple[Feature, ...]
