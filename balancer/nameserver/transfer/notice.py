"""NOTIFY to secondaries (RFC 1996): which is due when, and what was heard; pure."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...wire.dns.codes import Opcode, Type
from ...wire.dns.query import (
    AUTHORITATIVE,
    HEADER,
    OPCODE_SHIFT,
    RESPONSE,
    Header,
    Question,
)
from ...wire.dns.writer import Writer
from ..zones.zone import Zone

FIRST_WAIT_S = 2.0  # and twice as long each time
MAX_SENDINGS = 5
Receiver = tuple[str, int]


@dataclass(slots=True)
class Notice:
    """A notice to one secondary that was not acknowledged yet."""

    receiver: Receiver
    wire: bytes
    due_s: float
    wait_s: float = FIRST_WAIT_S
    sendings: int = 0


@dataclass(slots=True)
class Notices:
    """What secondaries are still to be told.

    Args:
        draw: gives identifiers that nobody can guess.
    """

    draw: Callable[[], int]
    _open: dict[tuple[bytes, Receiver], Notice] = field(default_factory=dict)

    def add(self, zone: Zone, now_s: float) -> None:
        """Tell the secondaries of a zone that it changed."""
        for receiver in zone.notified:
            wire = notice(zone, self.draw())
            self._open[zone.apex, receiver] = Notice(receiver, wire, now_s)

    def due(self, now_s: float) -> list[Notice]:
        """Return what is to be sent now, and count it as sent."""
        due = [each for each in self._open.values() if each.due_s <= now_s]
        for each in due:
            each.due_s = now_s + each.wait_s
            each.wait_s *= 2
            each.sendings += 1
        self._open = {
            key: each
            for key, each in self._open.items()
            if each.sendings <= MAX_SENDINGS
        }
        return [each for each in due if each.sendings <= MAX_SENDINGS]

    def next_due_s(self) -> float | None:
        """Return when something is to be sent; None: nothing is."""
        return min((each.due_s for each in self._open.values()), default=None)

    def heard(self, data: bytes, sender: Receiver) -> bool:
        """Take a message for an acknowledgement, if it is one; say whether it was."""
        for key, each in self._open.items():
            if each.receiver == sender and _acknowledges(data, each.wire):
                del self._open[key]
                return True
        return False


def notice(zone: Zone, identifier: int) -> bytes:
    """Return the message that says which version a zone has now."""
    flags = Opcode.NOTIFY << OPCODE_SHIFT | AUTHORITATIVE
    writer = Writer(Header(identifier, flags, 1, 1).to_wire())
    writer.put_question_name(zone.apex)
    writer.put(Question(b"", Type.SOA).to_wire())
    zone.soa.write(writer)
    return bytes(writer.octets)


def _acknowledges(data: bytes, sent: bytes) -> bool:
    if len(data) < HEADER.size:
        return False
    header = Header.from_wire(data)
    is_response = header.flags & RESPONSE and header.opcode == Opcode.NOTIFY
    return bool(is_response) and data[:2] == sent[:2]
