"""Links through the relay: interfaces, control and counters."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from balancer.errors import FrontlabError

from ..netlink import End, Netlink, delete
from ..relay.counters import ROWS, Field, create_table, open_table
from ..relay.lateness import quantile_us
from ..relay.messages import AddLink, ChangeLink, RemoveLink, SyncCounters
from ..relay.sizes import super_packet_bytes
from ..world.records import WanLink
from .backend import DirectionCounters
from .devices import bound_super_packets, join, netns_of
from .relay_process import RelayProcess, start_relay

NS_PER_US = 1000


class RelayBackend:
    """Links whose far ends lie in the relay's namespace, under the same names.

    Args:
        process: the running relay.
        table: its counters.
        netlink: a routing socket of the namespace that gets the near ends.
        super_packets: let segmentation offload cross fast links without loss; for
            interfaces that hosts use directly, not for ports of a userspace switch.
    """

    name = "relay"

    def __init__(
        self,
        process: RelayProcess,
        table: NDArray[np.int64],
        netlink: Netlink,
        super_packets: bool = False,
    ) -> None:
        self.process = process.process
        self._relay, self._table, self._netlink = process, table, netlink
        self._super_packets = super_packets
        self._rows: dict[tuple[str, str], int] = {}
        self._free_rows = list(range(ROWS - 2, -2, -2))

    def create(self, a_port: str, b_port: str, link: WanLink) -> None:
        """Make both interfaces, and have the relay join them.

        Raises:
            FrontlabError: there are as many links as the relay counts, or it refuses.
        """
        if not self._free_rows:
            raise FrontlabError(f"relay: more than {ROWS // 2} links")
        ports = (a_port, b_port)
        most_bytes = super_packet_bytes(link.forward, link.backward)
        if not self._super_packets:
            most_bytes = None
        with netns_of(self.process.pid) as far:
            for port in ports:
                join(self._netlink, End(port), End(port, far), link.mtu)
                self._limit(port, most_bytes)
        row = self._free_rows.pop()
        whole = most_bytes is None
        self._relay.ask(
            AddLink(*ports, row, link.mtu, not whole, link.forward, link.backward)
        )
        self._rows[ports] = row

    def change(self, a_port: str, b_port: str, link: WanLink) -> None:
        """Give a link new shapes; packets under way keep their time."""
        self._relay.ask(ChangeLink(a_port, b_port, link.forward, link.backward))

    def remove(self, a_port: str, b_port: str) -> None:
        """Take a link and its interfaces away."""
        self.forget(a_port, b_port)
        self._netlink.send([delete(a_port), delete(b_port)])

    def forget(self, a_port: str, b_port: str) -> None:
        """Have a link carry nothing more; its interfaces are the caller's to delete."""
        self._free_rows.append(self._rows.pop((a_port, b_port)))
        self._relay.ask(RemoveLink(a_port, b_port))

    def counters(self) -> dict[str, DirectionCounters]:
        """Return the counters of each direction, "a_port>b_port"."""
        self._relay.ask(SyncCounters())
        counters = {}
        for (a_port, b_port), row in self._rows.items():
            counters[f"{a_port}>{b_port}"] = read_row(self._table[row])
            counters[f"{b_port}>{a_port}"] = read_row(self._table[row + 1])
        return counters

    def _limit(self, port: str, most_bytes: int | None) -> None:
        if most_bytes is None:
            # Without checksum offload the kernel segments before it sends.
            self._netlink.tx_checksum_off(port)
        else:
            self._netlink.send([bound_super_packets(port, most_bytes)])


def read_row(row: NDArray[np.int64]) -> DirectionCounters:
    """Return a row of the relay's table as counters."""
    row = row.copy()  # The relay goes on counting.
    drops = [int(row[field]) for field in range(Field.LOSS, Field.OVERSIZE + 1)]
    lateness: list[float | None] = []
    histogram = row[Field.HISTOGRAM :]
    if histogram.any():
        lateness = [quantile_us(histogram, share) for share in (0.5, 0.99)]
        lateness += [
            float(row[field]) / NS_PER_US
            for field in (Field.LATEST_NS, Field.EARLIEST_NS)
        ]
    return DirectionCounters(
        int(row[Field.PACKETS]), int(row[Field.BYTES]), *drops, *lateness
    )


@contextmanager
def relay_links(
    super_packets: bool = False, log: Path | None = None
) -> Iterator[RelayBackend]:
    """Run a relay and return its backend; see `RelayBackend` for `super_packets`."""
    descriptor = create_table()
    try:
        table = open_table(descriptor)
        with start_relay(descriptor, log) as process, Netlink() as netlink:
            yield RelayBackend(process, table, netlink, super_packets)
    finally:
        os.close(descriptor)
