"""What happens to a datacenter while connections are open: events as data."""

from dataclasses import dataclass

BACKEND_REMOVED = "backend removed"
BACKEND_ADDED = "backend added"
BALANCER_REMOVED = "balancer removed"
BOTH_REMOVED = "both removed"
OVERFLOW = "removed, table full"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; the backend that comes or goes is always the same one.

    Args:
        name: for rows.
        lacks_before: whether the backend is missing when connections open.
        lacks_after: whether it is missing from then on.
        balancer_goes: whether a balancer leaves the group that ECMP spreads over.
        floods: whether packets of other flows fill the flow tables before.
    """

    name: str
    lacks_before: bool = False
    lacks_after: bool = False
    balancer_goes: bool = False
    floods: bool = False


# The last one needs small tables, for which balancers load their program anew.
EVENTS = (
    Event(BACKEND_REMOVED, lacks_after=True),
    Event(BACKEND_ADDED, lacks_before=True),
    Event(BALANCER_REMOVED, balancer_goes=True),
    Event(BOTH_REMOVED, lacks_after=True, balancer_goes=True),
    Event(OVERFLOW, lacks_after=True, floods=True),
)
