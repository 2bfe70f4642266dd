"""Policies that are the same for everybody: static, weighted and failover."""

from .lots import Everybody, Lot, shared
from .order import ordered
from .spec import Case


def static(case: Case) -> Everybody:
    """All addresses of all sites, in an answer each."""
    together = [each for number in case.usable for each in case.addresses(number)]
    return Everybody(ordered(together, case.spec.order))


def weighted(case: Case) -> Everybody:
    """One site, drawn at random for each query, by weight.

    Sites without a weight are drawn when all that have one are down.
    """
    weights = {n: case.spec.candidates[n].weight for n in case.usable}
    if not any(weights.values()):
        weights = dict.fromkeys(weights, 1.0)
    return Everybody(shared((w, case.arrangements(n)) for n, w in weights.items()))


def failover(case: Case) -> Everybody:
    """The first site that is up."""
    first, *_ = case.usable
    lot: Lot = case.lot(first)
    return Everybody(lot)
