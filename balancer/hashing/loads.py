"""How many flows each backend has, by name: it survives drains and new numbers."""

from collections.abc import Iterable, Sequence

from .selector import WeightedName


class Loads:
    """The flows of numbered backends.

    Args:
        backends: who they are; a drained one is still counted.
        loads: flows there were before.
    """

    def __init__(
        self, backends: Sequence[WeightedName], loads: Iterable[tuple[str, int]] = ()
    ) -> None:
        before = dict(loads)
        self._names = [backend.name for backend in backends]
        self.flows = [before.get(name, 0) for name in self._names]

    def began(self, number: int) -> None:
        """Count a flow."""
        self.flows[number] += 1

    def ended(self, number: int) -> None:
        """Count a flow less; one that was never counted changes nothing."""
        self.flows[number] = max(0, self.flows[number] - 1)

    def after(self, backends: Sequence[WeightedName]) -> "Loads":
        """Return the loads after a change: who is gone takes its flows along."""
        return Loads(backends, zip(self._names, self.flows, strict=True))
