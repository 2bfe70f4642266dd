"""Some queries and what was answered, so many a second and no more."""

from collections import deque
from typing import Any, NamedTuple

from ...errors import WireError
from ...wire.dns.codes import OptionCode, Rcode
from ...wire.dns.edns import ClientSubnet
from ...wire.dns.names import name_to_text
from ...wire.dns.query import HEADER, Header, Query
from .tallies import TYPE_NAMES

KEPT = 256  # the latest
LOW_RCODE = 0xF


class Sample(NamedTuple):
    """A query, and its response."""

    time_s: int
    transport: str
    source: str
    query: bytes
    response: bytes


class Samples:
    """The latest samples.

    Args:
        per_second: how many are taken; 0: none.
    """

    __slots__ = ("_at_s", "_latest", "_left", "per_second")

    def __init__(self, per_second: int = 0) -> None:
        self.per_second = self._left = per_second
        self._at_s = 0
        self._latest: deque[Sample] = deque(maxlen=KEPT)

    def left(self, now_s: int) -> int:
        """Return how many may yet be taken in this second."""
        if now_s != self._at_s:
            self._at_s, self._left = now_s, self.per_second
        return self._left

    def take(self, sample: Sample) -> None:
        """Take one that was wanted."""
        self._left -= 1
        self._latest.append(sample)

    def snapshot(self) -> list[dict[str, Any]]:
        """Return them as people read them, the oldest first."""
        return [_told(each) for each in tuple(self._latest)]


def _told(sample: Sample) -> dict[str, Any]:
    told: dict[str, Any] = {
        "time_s": sample.time_s,
        "transport": sample.transport,
        "source": sample.source,
        "octets": len(sample.query),
    }
    try:
        query = Query.from_wire(sample.query)
        told["name"] = name_to_text(query.question.name)
        told["type"] = TYPE_NAMES.get(query.question.type, str(query.question.type))
        told |= _subnet(query)
    except WireError as error:
        told["malformed"] = str(error)
    if len(sample.response) >= HEADER.size:
        header = Header.from_wire(sample.response)
        told["rcode"] = _rcode_name(header.flags & LOW_RCODE)
        told["answers"] = header.answers
    return told


def _subnet(query: Query) -> dict[str, str]:
    data = query.edns and query.edns.by_code.get(OptionCode.CLIENT_SUBNET)
    if not data:
        return {}
    return {"subnet": ClientSubnet.from_wire(data).text}


def _rcode_name(rcode: int) -> str:
    return Rcode(rcode).name if rcode in set(Rcode) else str(rcode)
