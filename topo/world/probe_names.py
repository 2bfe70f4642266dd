"""Names in the zone that exist to be measured, a set of its own for each resolver.

Who asked is then told by the name alone, also behind a forwarder, and no resolver
warms another one's cache.
"""

from dataclasses import dataclass

from .records import World

CACHED_NAMES = 16
# Resolvers round a TTL by up to a second either way: below 5 s nothing can be said.
CACHED_TTL_S = 5
SHORT_TTL_S = 2
STEERED_TTL_S = 60


@dataclass(frozen=True, slots=True)
class ProbeNames:
    """The probe names of one resolver, absolute.

    Args:
        cached: `CACHED_NAMES` names with a TTL of `CACHED_TTL_S`, for load.
        short: a name with a TTL of `SHORT_TTL_S`, to see it stretched.
        steered: answered by policy, as services are, with a TTL of `STEERED_TTL_S`.
    """

    cached: tuple[str, ...]
    short: str
    steered: str


def probe_names(world: World, resolver: str) -> ProbeNames:
    """The names that only clients of `resolver` ask for."""
    tail = f"{resolver}.{world.domain}"
    return ProbeNames(
        cached=tuple(f"cached{k:02}-{tail}" for k in range(CACHED_NAMES)),
        short=f"short-{tail}",
        steered=f"steered-{tail}",
    )
