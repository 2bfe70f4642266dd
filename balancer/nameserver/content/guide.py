"""What the policies of all services go by, and putting them in force."""

from dataclasses import dataclass
from pathlib import Path

from ..geography.places import Geography, Latencies
from ..policies.knowledge import Knowledge
from ..policies.lots import Uniform
from ..policies.make import make_policy
from ..policies.seat import Seat
from ..policies.steering import SteeringMap
from .signature import Signature


@dataclass(frozen=True, slots=True)
class Guide:
    """The maps that do not change while the server runs on them, and the seats.

    Args:
        seats: of all services; those that are alike share one.
        geography: where clients are.
        latencies: how far they are, as measured.
        steering: the file of the steering map, if there is to be one.
        maps: files that were read for this, as they were before reading.
    """

    seats: tuple[Seat, ...]
    geography: Geography
    latencies: Latencies
    steering: Path | None
    maps: tuple[tuple[Path, Signature], ...]

    def settle(self, steering: SteeringMap, uniform: Uniform) -> None:
        """Work all policies out anew, and only then put them in force.

        Args:
            steering: how the sites are.
            uniform: gives the random numbers that lots are drawn with.
        """
        known = Knowledge(steering, self.geography, self.latencies)
        policies = [make_policy(seat.spec, known) for seat in self.seats]
        for seat, policy in zip(self.seats, policies, strict=True):
            seat.policy, seat.uniform = policy, uniform
