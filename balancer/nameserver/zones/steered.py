"""Records that a policy chooses: addresses of a service, by who asks."""

from dataclasses import dataclass, field

from ...wire.dns.records import (
    ASKED_NAME,
    ASKED_NAME_OCTETS,
    STORED_RECORD,
    AddressData,
    RdataRow,
    RecordSet,
    StoredData,
)
from ..policies.asker import Asker
from ..policies.lots import Arrangement
from ..policies.seat import Draws, Seat
from .kept import Kept

MAX_ARRANGED = 1024  # beyond, all are forgotten at once


@dataclass(frozen=True, slots=True)
class Steered:
    """Records of one type that a policy chooses.

    Args:
        seat: holds the policy.
        records: all that it chooses among, in the order of its candidates; of a
            wildcard, under its own name.
        draws: whose turn it is.
    """

    seat: Seat
    records: RecordSet
    draws: Draws
    _arranged: Kept[Arrangement, tuple[RdataRow, str]] = field(
        default_factory=lambda: Kept(MAX_ARRANGED), compare=False, repr=False
    )

    def choose(self, asker: Asker, owner: bytes) -> tuple[RecordSet | None, int, str]:
        """Return the set for who asks, if any, its scope prefix length and site.

        Args:
            asker: who asks.
            owner: of the set: the name that was asked for.
        """
        lot, scope_prefix_length = self.seat.policy.choose(asker)
        arrangement = self.draws.take(lot)
        records, site = self.arranged(arrangement, owner)
        return records, scope_prefix_length, site

    def arranged(
        self, arrangement: Arrangement, owner: bytes
    ) -> tuple[RecordSet | None, str]:
        """Return the records of an arrangement, if it has any, and whose they are.

        Args:
            arrangement: of the records.
            owner: of the set.
        """
        row, site = self._arranged.get(arrangement) or self._arrange(arrangement)
        if not arrangement:
            return None, site
        _, type_, ttl_s, _, class_ = self.records
        return tuple.__new__(RecordSet, (owner, type_, ttl_s, row, class_)), site

    def _arrange(self, arrangement: Arrangement) -> tuple[RdataRow, str]:
        row: RdataRow = tuple(self.records.data[position] for position in arrangement)
        if row and all(isinstance(data, AddressData) for data in row):
            row = _stored(self.records._replace(data=row))
        return self._arranged.keep(arrangement, (row, self.seat.spec.site(arrangement)))


def _stored(addresses: RecordSet) -> StoredData:
    """Return addresses as they stand in a response about their owner."""
    _, type_, ttl_s, row, class_ = addresses
    packed = [data.address.packed for data in row if isinstance(data, AddressData)]
    head = STORED_RECORD.pack(ASKED_NAME, type_, class_, ttl_s, len(packed[0]))
    tails = (head[ASKED_NAME_OCTETS:] + rdata for rdata in sorted(packed))
    octets = b"".join(head + rdata for rdata in packed)
    return StoredData(octets, len(packed), tuple(tails))
