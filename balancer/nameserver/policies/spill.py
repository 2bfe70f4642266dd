"""Sharing out demand: to the nearest site with room, then on to the next; pure.

Every location asks its nearest site first. A site takes what it has room for, the same
part of what each location asks of it; the rest asks the next nearest one, and so on.
Where nobody has room any more, sites take the rest in proportion to their capacity.
"""

import numpy as np
from numpy.typing import NDArray

# By location, then by site; distances are in milliseconds.
Shares = NDArray[np.float64]

LEAST_DEMAND = 1e-9  # so that a location without demand has shares as well
STEPS = 1000  # shares are told apart in thousandths, to keep different lots few


def spill(distances_ms: Shares, demand: Shares, capacity: Shares) -> Shares:
    """Return which share of each location's demand each site gets.

    Args:
        distances_ms: by location, then by site.
        demand: by location.
        capacity: by site, in the same unit; inf is without bound.
    """
    demand = np.maximum(demand, LEAST_DEMAND)
    order = np.argsort(distances_ms, axis=1, kind="stable")
    everyone = np.arange(len(demand))
    taken = np.zeros(distances_ms.shape)
    left, room = demand.copy(), capacity.astype(float)
    for wanted in order.T:
        asked = np.bincount(wanted, left, minlength=len(room))
        part = np.minimum(np.divide(room, asked, where=asked > 0, out=_ones(room)), 1)
        given = left * part[wanted]
        taken[everyone, wanted] += given
        room = np.maximum(room - np.bincount(wanted, given, minlength=len(room)), 0)
        left -= given
    total = capacity.sum()
    even = capacity / total if 0 < total < np.inf else _ones(room) / len(room)
    taken += np.outer(left, even)
    return _rounded(taken / demand[:, np.newaxis])


def home_demand(distances_ms: Shares, load: Shares) -> Shares:
    """Return the demand by location: a site's load, even over those nearest to it."""
    home = distances_ms.argmin(axis=1)
    neighbours = np.bincount(home, minlength=len(load))
    even: Shares = (load / np.maximum(neighbours, 1))[home]
    return even


def _ones(like: Shares) -> Shares:
    return np.ones(len(like))


def _rounded(shares: Shares) -> Shares:
    steps = np.round(shares * STEPS)
    rounded: Shares = steps / steps.sum(axis=1, keepdims=True)
    return rounded
