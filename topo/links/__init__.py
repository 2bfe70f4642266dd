"""Wide-area links: one set of parameters, made by netem or by the relay."""

from .backend import DirectionCounters, WanBackend
from .choose import open_wan

__all__ = ["DirectionCounters", "WanBackend", "open_wan"]
