"""One pool's backends: how each is, what weight it has now, and who serves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ...hashing.selector import WeightedName
from ...model import Backend
from .health import Health, observe
from .numbers import Key
from .pace import NEVER_S
from .plan import AllDown, PoolPlan

NEVER_LEFT_S = float("-inf")


@dataclass(slots=True)
class Member:
    """A backend in its pool.

    Args:
        backend: as the configuration has it.
        healths: by the name of the check.
        weight: set by hand, None for the configuration's.
        serves: whether flows that it has are sent to it.
        came_s: when it began to get new flows, None if that was at the start.
        had_weight: whether it got new flows before.
        left_s: when it last ceased to serve.
    """

    backend: Backend
    healths: dict[str, Health]
    weight: int | None = None
    serves: bool = False
    came_s: float | None = None
    had_weight: bool = False
    left_s: float = NEVER_LEFT_S

    @property
    def alive(self) -> bool | None:
        """Whether all checks say that it lives; None until all have told."""
        states = [health.alive for health in self.healths.values()]
        if False in states:
            return False
        return None if None in states else True

    @property
    def is_checked(self) -> bool:
        """Whether each check has ended once."""
        return all(health.is_checked for health in self.healths.values())

    @property
    def wanted_weight(self) -> int:
        """The weight that it has while it serves, and its slow start is over."""
        return self.backend.weight if self.weight is None else self.weight

    @property
    def fit(self) -> bool:
        """Whether no check says that it should not serve."""
        return bool(self.alive) or (self.alive is None and self.serves)

    def doubt(self) -> None:
        """Forget the failures: there is no telling yet whose they were."""
        for aspect, health in self.healths.items():
            if health.alive is False:
                self.healths[aspect] = Health()


@dataclass(slots=True)
class Members:
    """The backends of a pool, by name.

    Args:
        plan: the pool as configured.
        by_name: in the order of the configuration.
        at_last: whether those who serve do so because nobody can.
    """

    plan: PoolPlan
    by_name: dict[str, Member] = field(default_factory=dict)
    at_last: bool = False

    def key(self, name: str) -> Key:
        """Return a backend's identity: who moves to another address is another."""
        backend = self.by_name[name].backend
        return self.plan.pool.name, name, str(backend.address)

    def identities(self) -> Iterator[Key]:
        """Yield the identity of every backend."""
        return map(self.key, self.by_name)

    def note(self, name: str, aspect: str, passed: bool) -> bool:
        """Take in a check's result; return whether the backend's health changed."""
        member = self.by_name[name]
        before = member.alive
        health = member.healths[aspect]
        member.healths[aspect] = observe(health, passed, self.plan.thresholds)
        return member.alive != before

    def inherit(self, before: "Members") -> None:
        """Take over how backends are that were there before."""
        for name, member in self.by_name.items():
            old = before.by_name.get(name)
            if old is None or before.key(name) != self.key(name):
                continue
            member.came_s, member.had_weight = old.came_s, old.had_weight
            member.left_s = old.left_s
            for aspect in member.healths.keys() & old.healths.keys():
                member.healths[aspect] = old.healths[aspect]

    def serve(self, now_s: float) -> None:
        """Decide who serves, from what the checks have said."""
        serving = self._serving(now_s)
        relieved = any(
            member.had_weight and member.wanted_weight and name in serving
            for name, member in self.by_name.items()
        )
        for name, member in self.by_name.items():
            if member.serves and name not in serving:
                member.left_s = now_s
            member.serves = name in serving
            has_weight = member.serves and member.wanted_weight > 0
            if has_weight and not member.had_weight:
                # Who comes alone has all there is; a ramp would spare it nothing.
                member.came_s = now_s if relieved else None
            member.had_weight = has_weight

    def weighted(self, now_s: float) -> tuple[WeightedName, ...]:
        """Return the backends with the weights that their slots follow."""
        return tuple(
            WeightedName(name, self.weight_of(name, now_s)) for name in self.by_name
        )

    def weight_of(self, name: str, now_s: float) -> float:
        """Return the weight of a backend now: 0 when it gets no new flows."""
        member = self.by_name[name]
        if not member.serves:
            return 0
        if member.came_s is None:
            return member.wanted_weight
        share = self.plan.slow_start.share(now_s - member.came_s)
        return member.wanted_weight if share == 1 else member.wanted_weight * share

    def next_s(self, now_s: float) -> float:
        """Return in how many seconds a weight changes by itself."""
        slow_start = self.plan.slow_start
        came = (m.came_s for m in self.by_name.values() if m.had_weight)
        steps = (slow_start.next_step_s(now_s - s) for s in came if s is not None)
        return min(steps, default=NEVER_S)

    def _serving(self, now_s: float) -> frozenset[str]:
        if self._can_serve():
            if self.at_last:
                self._doubt()
        elif self.plan.all_down is AllDown.SERVE:
            self.at_last = True
            return self._last(now_s)
        self.at_last = False
        # Nobody stops before a check has said so: results come one after the other.
        return frozenset(name for name, member in self.by_name.items() if member.fit)

    def _can_serve(self) -> bool:
        return any(m.fit and m.wanted_weight for m in self.by_name.values())

    def _doubt(self) -> None:
        """Have those that serve be checked anew, now that somebody passes.

        When all failed it was the way to them or the check, as often as not, and the
        others will pass too; until then they have flows that would break.
        """
        for member in self.by_name.values():
            if member.serves:
                member.doubt()

    def _last(self, now_s: float) -> frozenset[str]:
        """Return who serves, and who did in the round of checks that ends now.

        What all suffer from is told of one after the other, and the last of them would
        have all flows.
        """
        since_s = now_s - self.plan.round_s
        return frozenset(
            name
            for name, member in self.by_name.items()
            if member.serves or member.left_s > since_s
        )


def gather(
    plan: PoolPlan, served: frozenset[Key] | None, weights: Mapping[Key, int]
) -> Members:
    """Return the members of a pool, none of them checked yet.

    Args:
        plan: the pool.
        served: who served before; None for a pool that is new, in which all serve
            until they are checked.
        weights: set by hand, by pool and name.
    """
    members = Members(plan)
    for backend in plan.pool.backends:
        healths = {aspect: Health() for aspect in plan.aspects}
        weight = weights.get((plan.pool.name, backend.name))
        member = Member(backend, healths, weight)
        members.by_name[backend.name] = member
        member.serves = served is None or members.key(backend.name) in served
        member.had_weight = member.serves and member.wanted_weight > 0
    return members
