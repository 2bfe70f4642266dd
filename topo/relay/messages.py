"""What the relay is told: one JSON object per message of its control socket."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from balancer.errors import WireError

from ..world.records import Shape


@dataclass(frozen=True, slots=True)
class AddLink:
    """Carry packets between the interfaces `a` and `b`.

    `row` and `row + 1` are the rows of the counter table for the two directions.
    `super_packets` makes room for segmentation offload: slots of 68 KB.
    """

    a: str
    b: str
    row: int
    mtu: int
    super_packets: bool
    forward: Shape
    backward: Shape


@dataclass(frozen=True, slots=True)
class ChangeLink:
    """Give the link between `a` and `b` new shapes."""

    a: str
    b: str
    forward: Shape
    backward: Shape


@dataclass(frozen=True, slots=True)
class RemoveLink:
    """Forget the link between `a` and `b`, and the packets on it."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class SyncCounters:
    """Bring the counters up to date that only the kernel knows."""


Message = AddLink | ChangeLink | RemoveLink | SyncCounters

KINDS: dict[str, type[Message]] = {
    "add": AddLink,
    "change": ChangeLink,
    "remove": RemoveLink,
    "sync": SyncCounters,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def to_wire(message: Message) -> bytes:
    """Return `message` as one JSON object."""
    return json.dumps({"op": NAMES[type(message)], **asdict(message)}).encode()


def from_wire(data: bytes) -> Message:
    """Return the message that `data` holds.

    Raises:
        WireError: it is none.
    """
    try:
        fields: dict[str, Any] = json.loads(data)
        kind = KINDS[fields.pop("op")]
        for name in {"forward", "backward"} & fields.keys():
            fields[name] = Shape(**fields[name])
        return kind(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise WireError(f"not a message of the relay: {error}") from error
