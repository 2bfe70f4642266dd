"""Answers that zones hold as responses have them: found by one look-up, not made.

With a million names most are cold, and what is not found here takes ten times as long.
"""

from ...wire.dns.codes import Type
from ...wire.dns.names import ROOT
from ...wire.dns.query import QUESTION
from ..zones.image import Image
from ..zones.node import COMPRESSED, PLAIN, find_packed
from ..zones.zone import Zones
from .ready import LARGEST_OCTETS, fits

MAX_ZONES = 8  # they are tried one after the other
CLASS_IN = b"\0\1"
ONE_RECORD = b"\0\1"
# How a node begins whose first set is one record, by the type and class asked for.
HEADS = {
    type_.to_bytes(2, "big") + CLASS_IN: PLAIN + type_.to_bytes(2, "big") + ONE_RECORD
    for type_ in set(Type) - COMPRESSED
}
NEVER = b"\xff"  # no flags are these


class Stored:
    """Looks sets of records up.

    Args:
        zones: where they are.
        is_signed: whether clients want signatures, which signed zones do not hold.
    """

    __slots__ = ("_images",)

    def __init__(self, zones: Zones, is_signed: bool) -> None:
        found: list[tuple[bytes, Image | None]] = [
            (apex, None if is_signed and zone.key else zone.nodes)
            for apex, zone in zones.by_apex.items()
            if len(zones.by_apex) <= MAX_ZONES
        ]
        # The deepest first: a name is of no other zone.
        self._images = sorted(found, key=lambda each: len(each[0]), reverse=True)

    def __bool__(self) -> bool:
        """Whether there is anything to be found."""
        return any(image is not None for _, image in self._images)

    def find_one(self, question: bytes) -> bytes | None:
        """Return the record that answers a question; None: it is not as simple.

        Args:
            question: its octets, with the name in lower case. They need not be a
                question: only names that are stored are found.
        """
        name = question[:-4]
        for apex, image in self._images:
            if name.endswith(apex):
                if image is None or name == ROOT:
                    return None
                found = image.get_behind(name, HEADS.get(question[-4:], NEVER))
                if found is None:
                    return None
                octets = len(found) - 2
                if found[0] << 8 | found[1] == octets <= LARGEST_OCTETS - len(name):
                    return found[2:]
                return None
        return None


def stored_set(question: bytes, packed: bytes) -> tuple[bytes, bytes] | None:
    """Return count and octets of records that answer as they are; None: none do.

    Args:
        question: its octets, with the name in lower case and class IN.
        packed: the node of this name, which no delegation hides.
    """
    type_ = question[-4] << 8 | question[-3]
    if type_ in COMPRESSED or question.startswith(ROOT):
        return None
    found = find_packed(packed, type_)
    if found is None:
        return None
    count, records = found
    if not fits(len(question) - QUESTION.size + len(records)):
        return None
    return count.to_bytes(2), records
