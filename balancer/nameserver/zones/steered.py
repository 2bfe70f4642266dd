"""Records that a policy chooses: addresses of a service, by who asks."""

from dataclasses import dataclass, replace

from ...wire.dns.records import RecordSet
from ..policies.asker import Asker
from ..policies.lots import Arrangement
from ..policies.seat import Draws, Seat


@dataclass(frozen=True, slots=True)
class Steered:
    """Records of one type that a policy chooses.

    Args:
        seat: holds the policy.
        records: all that it chooses among, in the order of its candidates.
        draws: whose turn it is.
    """

    seat: Seat
    records: RecordSet
    draws: Draws

    def choose(self, asker: Asker) -> tuple[RecordSet | None, int, str]:
        """Return the set for who asks, if any, its scope prefix length and site."""
        choice = self.seat.policy.choose(asker)
        arrangement = self.draws.take(choice.lot)
        site = self.site(arrangement)
        return self.arranged(arrangement), choice.scope_prefix_length, site

    def site(self, arrangement: Arrangement) -> str:
        """Return whose addresses an arrangement has."""
        return self.seat.spec.site(arrangement)

    def arranged(self, arrangement: Arrangement) -> RecordSet | None:
        """Return the records of an arrangement; None: it has none."""
        data = self.records.data
        chosen = tuple(data[position] for position in arrangement)
        return self.records._replace(data=chosen) if chosen else None

    def at(self, owner: bytes) -> "Steered":
        """Return the same for another name, as a wildcard's answers need."""
        return replace(self, records=self.records._replace(owner=owner))
