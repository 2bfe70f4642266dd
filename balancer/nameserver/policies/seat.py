"""The policy in force for services that are alike, and each service's turns at it."""

from collections.abc import Callable

from .lots import NODATA, Arrangement, Draw, Everybody, Policy, Uniform
from .spec import Spec


class Seat:
    """Holds the policy of a spec; another one takes its place when knowledge changes.

    Until there is a first one, it answers nothing. `uniform` gives the random numbers
    that lots are drawn with.
    """

    __slots__ = ("policy", "spec", "uniform")

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.policy: Policy = Everybody(NODATA)
        self.uniform: Uniform = float

    def __reduce__(self) -> tuple[Callable[[Spec], "Seat"], tuple[Spec]]:
        return Seat, (self.spec,)


class Draws:
    """A service's turns at the lots of its policy: all that queries ever change.

    Every service has its own: were they shared, two names that are asked for in turn
    would each get every other arrangement.
    """

    __slots__ = ("_draws", "_policy", "_seat")

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._policy: Policy | None = None
        self._draws: dict[int, Draw] = {}

    def __reduce__(self) -> tuple[Callable[[Seat], "Draws"], tuple[Seat]]:
        return Draws, (self._seat,)

    def take(self, lot: int) -> Arrangement:
        """Return the next arrangement of a lot of the policy in force."""
        if self._policy is not self._seat.policy:
            self._policy, self._draws = self._seat.policy, {}
        draw = self._draws.get(lot)
        if draw is None:
            lots = self._seat.policy.lots
            draw = self._draws[lot] = lots[lot].draws(self._seat.uniform)
        return draw()
