"""What policies are worked out from."""

from dataclasses import dataclass

from ..geography.places import Geography, Latencies
from .steering import SteeringMap


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What policies are worked out from, at one time."""

    steering: SteeringMap
    geography: Geography
    latencies: Latencies
