"""From a service's wishes and what is known now to the policy in force."""

from .alike import failover, static, weighted
from .knowledge import Knowledge
from .lots import NODATA, ByResolver, Everybody, Policy
from .nearest import lowest_latency, nearest
from .spec import AllDown, By, Case, Kind, Spec


def make_policy(spec: Spec, known: Knowledge) -> Policy:
    """Return the policy of a service while nothing else is known."""
    up = known.steering.usable(spec.sites)
    numbers = tuple(range(len(spec.candidates)))
    usable = tuple(number for number in numbers if spec.sites[number] in up)
    if not usable and spec.all_down is AllDown.NODATA:
        return Everybody(NODATA)
    policy = _make(Case(spec, usable or numbers), known)
    if spec.by is By.RESOLVER and not policy.by_resolver:
        return ByResolver(policy)
    return policy


def _make(case: Case, known: Knowledge) -> Policy:
    match case.spec.kind:
        case Kind.STATIC:
            return static(case)
        case Kind.WEIGHTED:
            return weighted(case)
        case Kind.FAILOVER:
            return failover(case)
        case Kind.NEAREST:
            return nearest(case, known.geography)
        case Kind.LATENCY:
            return lowest_latency(case, known.latencies, known.geography)
        case Kind.STICKY:
            # These two take numpy along, whose import would slow every start.
            from .sticky import sticky

            return sticky(case)
        case Kind.LOAD:
            from .load import by_load

            return by_load(case, known)
