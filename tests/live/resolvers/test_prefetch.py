"""Whether products fetch popular names before they expire: all at once, for one TTL."""

from itertools import pairwise

import pytest

from topo.wait import until
from topo.world.records import ResolverKind

from .conftest import Query
from .test_habits import HOSTS, resolver, running

pytestmark = [pytest.mark.live, pytest.mark.slow]

NAME, TTL_S = "www.frontlab.net", 20
# Who waits for the first question after the end hands out a TTL of 1 s or less before.
LATE_TTL_S = 1
BY_THEMSELVES = dict.fromkeys(["unbound", "bind9", "pdns-recursor", "knot-resolver"])
TOLD = {
    **BY_THEMSELVES,
    "unbound": True,
    "bind9": False,
    "knot-resolver": True,
    "pdns-recursor": True,
}


@pytest.mark.parametrize(
    ("habits", "early"),
    [
        pytest.param(BY_THEMSELVES, {"bind9"}, id="by themselves"),
        pytest.param(
            TOLD, {"unbound", "knot-resolver", "pdns-recursor"}, id="told otherwise"
        ),
    ],
)
def test_who_fetches_before_the_end(place, habits, early):
    some = [
        resolver(ResolverKind(kind), name, prefetch=told)
        for (kind, told), name in zip(habits.items(), HOSTS, strict=False)
    ]
    seen = {it.kind: [] for it in some}

    def all_fetched_anew():
        for it in some:
            seen[it.kind].append(place.ask(it.name, Query(NAME)).answer[0].ttl)
        return all(refreshes(ttls_s) for ttls_s in seen.values())

    with running(place, *some):
        until("each has fetched anew", all_fetched_anew, within_s=TTL_S + 5)
    least = {kind: refreshes(ttls_s)[0] for kind, ttls_s in seen.items()}
    assert {kind for kind, ttl_s in least.items() if ttl_s > LATE_TTL_S} == early, least


def refreshes(ttls_s):
    """The TTLs that were told last before a fresh one."""
    return [before for before, after in pairwise(ttls_s) if after > before]
