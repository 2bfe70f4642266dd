"""What a configuration asks of the balancer, as records; who is healthy comes later."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...hashing.catalogue import selector
from ...hashing.maglev import TABLE_SIZE
from ...hashing.selector import Selector, WeightedName
from ...model import Pool, Vip
from ..tables.options import Options
from .health import Thresholds
from .numbers import Key
from .pace import AT_ONCE, SlowStart


class AllDown(StrEnum):
    """What becomes of new flows when nobody alive in a pool has a weight."""

    SERVE = "serve"  # the last set goes on: a broken check takes no service down
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Selection:
    """A way of selecting, and how many slots its table has.

    Args:
        method: its name in the catalogue.
        options: the method's own, by name.
        slots: a prime.
    """

    method: str = "maglev"
    options: tuple[tuple[str, float], ...] = ()
    slots: int = TABLE_SIZE

    def build(self, backends: Sequence[WeightedName]) -> Selector:
        """Return a selector without a past."""
        options = dict(self.options)
        if self.method == "maglev":
            options.setdefault("size", self.slots)  # else it fills another table first
        return selector(self.method, options).build(backends)

    def name(self) -> str:
        """Return all of it in one word, which differs from any other selection's."""
        options = "".join(f",{name}={value}" for name, value in self.options)
        return f"{self.method}/{self.slots}{options}"


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """A pool, and how it is kept.

    Args:
        pool: its backends with the weights of the configuration.
        thresholds: when a backend's health changes.
        slow_start: how backends come in.
        all_down: what happens when nobody is left.
        aspects: names of the checks that a backend must all pass.
        round_s: in which checks of everybody end once: what all of them suffer from
            is told of each of them within that time.
    """

    pool: Pool
    thresholds: Thresholds
    slow_start: SlowStart = AT_ONCE
    all_down: AllDown = AllDown.SERVE
    aspects: tuple[str, ...] = ("",)
    round_s: float = 0.0


@dataclass(frozen=True, slots=True)
class VipPlan:
    """A VIP, and how it selects."""

    vip: Vip
    selection: Selection = Selection()

    def key(self) -> Key:
        """Return the VIP's identity."""
        vip = self.vip
        return str(vip.address), str(vip.port), vip.protocol.name.lower()

    def table(self) -> Key:
        """Return the identity of the table of slots that it shares with its like."""
        return self.vip.pool, self.selection.name()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it."""

    options: Options
    pools: tuple[PoolPlan, ...]
    vips: tuple[VipPlan, ...]

    def pool(self, name: str) -> PoolPlan:
        """Return the pool of this name."""
        return next(each for each in self.pools if each.pool.name == name)
