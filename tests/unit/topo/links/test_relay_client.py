"""A row of the relay's table as counters."""

import numpy as np

from topo.links.relay_client import read_row
from topo.relay.counters import COLUMNS, Field
from topo.relay.lateness import count


def test_a_link_without_packets_has_no_lateness() -> None:
    counters = read_row(np.zeros(COLUMNS, np.int64))
    assert (counters.packets, counters.lateness_p50_us) == (0, None)


def test_every_field_has_its_place() -> None:
    row = np.zeros(COLUMNS, np.int64)
    row[Field.PACKETS : Field.OVERSIZE + 1] = range(1, 9)
    row[Field.LATEST_NS], row[Field.EARLIEST_NS] = 250_000, -30_000
    row[Field.HISTOGRAM :] = count(np.array([5_000] * 99 + [250_000]))
    counters = read_row(row)
    assert (counters.packets, counters.bytes) == (1, 2)
    assert (counters.drops_loss, counters.drops_queue) == (3, 4)
    assert (counters.drops_slots, counters.drops_kernel) == (5, 6)
    assert (counters.drops_down, counters.drops_oversize) == (7, 8)
    assert counters.drops_emulator == 11
    assert (counters.lateness_p50_us, counters.lateness_max_us) == (5, 250)
    assert counters.lateness_min_us == -30
