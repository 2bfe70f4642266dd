"""Numbers for what answers are about, by which XDP counts them."""

from ..telemetry.tallies import NO_SCOPE, OTHER, About, Tallies

MAX_KINDS = 1 << 16
NO_SCOPE_NUMBER = 0xFFFF  # in the program, where scopes are not negative
UNTOLD = About(OTHER)  # of what there is no number left for


class Kinds:
    """Kinds keep their numbers, since what was counted stays when tables change."""

    def __init__(self) -> None:
        self._abouts = [UNTOLD]
        self._numbers = {UNTOLD: 0}

    def number(self, about: About) -> int:
        """Return the number of a kind, a new one if need be."""
        number = self._numbers.get(about)
        if number is None:
            if len(self._abouts) == MAX_KINDS:
                return self._numbers[UNTOLD]
            number = self._numbers[about] = len(self._abouts)
            self._abouts.append(about)
        return number

    def count(self, tallies: Tallies, number: int, scope: int, times: int) -> None:
        """Add to the tally of a kind by its number, and by a scope of the program's."""
        scope = NO_SCOPE if scope == NO_SCOPE_NUMBER else scope
        tallies[self._abouts[number]._replace(scope=scope)].count += times
