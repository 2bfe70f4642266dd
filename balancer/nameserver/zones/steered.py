"""Records that a policy chooses: addresses of a service, by who asks."""

from dataclasses import dataclass, field

from ...wire.dns.records import (
    ASKED_NAME,
    STORED_RECORD,
    AddressData,
    RecordSet,
    StoredData,
)
from ..policies.asker import Asker
from ..policies.lots import Arrangement
from ..policies.seat import Draws, Seat

MAX_READY = 1024  # beyond, all are forgotten at once


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
    _ready: dict[Arrangement, tuple[StoredData, str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def choose(self, asker: Asker, owner: bytes) -> tuple[RecordSet | None, int, str]:
        """Return the set for who asks, if any, its scope prefix length and site.

        Args:
            asker: who asks.
            owner: of the set: the name that was asked for.
        """
        choice = self.seat.policy.choose(asker)
        arrangement = self.draws.take(choice.lot)
        site = self.site(arrangement)
        return self.arranged(arrangement, owner), choice.scope_prefix_length, site

    def choose_stored(self, asker: Asker) -> tuple[StoredData | None, int, str]:
        """Return addresses as `choose` does, as records under the asked name."""
        lot, scope_prefix_length = self.seat.policy.choose(asker)
        arrangement = self.draws.take(lot)
        stored, site = self._ready.get(arrangement) or self._make_ready(arrangement)
        return stored if arrangement else None, scope_prefix_length, site

    def site(self, arrangement: Arrangement) -> str:
        """Return whose addresses an arrangement has."""
        return self.seat.spec.site(arrangement)

    def arranged(self, arrangement: Arrangement, owner: bytes) -> RecordSet | None:
        """Return the records of an arrangement under a name; None: it has none."""
        data = self.records.data
        chosen = tuple(data[position] for position in arrangement)
        return self.records._replace(owner=owner, data=chosen) if chosen else None

    def _make_ready(self, arrangement: Arrangement) -> tuple[StoredData, str]:
        if len(self._ready) >= MAX_READY:
            self._ready.clear()
        octets = b"".join(self._stored(position) for position in arrangement)
        stored = StoredData(octets, len(arrangement))
        self._ready[arrangement] = stored, self.site(arrangement)
        return self._ready[arrangement]

    def _stored(self, position: int) -> bytes:
        _, type_, ttl_s, row, class_ = self.records
        data = row[position]
        if not isinstance(data, AddressData):
            raise TypeError(f"no address: {data!r}")
        rdata = data.address.packed
        return STORED_RECORD.pack(ASKED_NAME, type_, class_, ttl_s, len(rdata)) + rdata
