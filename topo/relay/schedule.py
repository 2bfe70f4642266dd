"""When packets leave a link: rate, queue and order as array functions, no clock."""

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Sizes = NDArray[np.int64]
Mask = NDArray[np.bool_]

# IEEE 802.3: preamble and delimiter 8, frame check sequence 4, inter-packet gap 12.
ETHERNET_OVERHEAD_BYTES = 24


def transmit_times(wire_bytes: Sizes, rate_mbit: float) -> Times:
    """Return how long each packet occupies the wire, in ns."""
    return (wire_bytes * (8000.0 / rate_mbit)).astype(np.int64)


def departures(arrivals_ns: Times, transmit_ns: Times, last_ns: int) -> Times:
    """Return when each packet has left a first-come-first-served wire.

    `last_ns` is when the packet before the first one left. It is the closed form of
    `left[i] = max(arrival[i], left[i - 1]) + transmit[i]` (Lindley's recursion).
    """
    work = np.cumsum(transmit_ns)
    starts = np.maximum.accumulate(arrivals_ns - work + transmit_ns)
    left: Times = work + np.maximum(starts, last_ns)
    return left


def drop_tail(
    arrivals_ns: Times, transmit_ns: Times, last_ns: int, queue_ns: int
) -> tuple[Mask, Times]:
    """Return which packets find room in the queue, and when those have left.

    A packet that would wait longer than `queue_ns` for the wire is not taken.
    """
    left = departures(arrivals_ns, transmit_ns, last_ns)
    if not (left - transmit_ns - arrivals_ns > queue_ns).any():
        return np.ones(len(left), np.bool_), left
    # What one drop spares the packets behind it has no closed form.
    taken, times, busy_ns = [], [], last_ns
    for arrival, transmit in zip(
        arrivals_ns.tolist(), transmit_ns.tolist(), strict=True
    ):
        start = max(arrival, busy_ns)
        taken.append(start - arrival <= queue_ns)
        if taken[-1]:
            busy_ns = start + transmit
            times.append(busy_ns)
    return np.array(taken, np.bool_), np.array(times, np.int64)


def in_order(releases_ns: Times, last_ns: int) -> Times:
    """Return `releases_ns` raised so that no packet overtakes another."""
    ordered: Times = np.maximum.accumulate(np.maximum(releases_ns, last_ns))
    return ordered
