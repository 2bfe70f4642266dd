"""How far a translated connection is, from the flags seen; bpf/connection.h too.

No sequence number is looked at: what is decided by it is only how soon a silent flow's
port may be another's, and both sides would have to be silent for that.
"""

from enum import IntFlag

from ...model import Protocol
from ...wire.l4 import TcpFlag
from ..tables.nat_limits import NatLimits


class Seen(IntFlag):
    """What has been seen of a connection."""

    ANSWERED = 1  # a packet of the backend's
    OPEN = 2  # then one of the client's
    CLIENT_FIN = 4
    BACKEND_FIN = 8
    RESET = 16


NOTHING = Seen(0)
CLOSED = Seen.CLIENT_FIN | Seen.BACKEND_FIN


def after_client(seen: Seen, flags: int) -> Seen:
    """Return what has been seen when a packet with TCP's `flags` came from the client.

    A SYN begins another connection between the same ends.
    """
    if flags & TcpFlag.SYN:
        return NOTHING
    if seen & Seen.ANSWERED:
        seen |= Seen.OPEN
    return seen | _ending(flags, Seen.CLIENT_FIN)


def after_backend(seen: Seen, flags: int) -> Seen:
    """Return what has been seen when a packet came from the backend."""
    return seen | Seen.ANSWERED | _ending(flags, Seen.BACKEND_FIN)


def lifetime_s(protocol: int, seen: Seen, limits: NatLimits) -> float:
    """Return for how long a flow may be silent and keep its port."""
    return {
        "datagrams": limits.datagram_s,
        "closed": limits.closed_s,
        "open": limits.open_s,
        "half open": limits.half_open_s,
    }[state_of(protocol, seen)]


def state_of(protocol: int, seen: Seen) -> str:
    """Return how far a flow is, in words: those of `lifetime_s`."""
    if protocol != Protocol.TCP:
        return "datagrams"
    # One FIN is closing already in RFC 5382 5; but it says nothing of the other side.
    if seen & Seen.RESET or seen & CLOSED == CLOSED:
        return "closed"
    return "open" if seen & Seen.OPEN else "half open"


def _ending(flags: int, fin: Seen) -> Seen:
    ending = fin if flags & TcpFlag.FIN else NOTHING
    return ending | Seen.RESET if flags & TcpFlag.RST else ending
