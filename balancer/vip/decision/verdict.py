"""What becomes of a packet, and why; each reason is one counter of the same name."""

from dataclasses import dataclass
from enum import IntEnum


class Reason(IntEnum):
    """Why a packet got its verdict; `bpf/reasons.h` is the same list."""

    # Pass: to the balancer's own stack.
    NOT_FOR_US = 0  # another hardware address
    NOT_IP = 1
    NOT_A_VIP = 2
    # Drop; all but MALFORMED_IP only if the destination is a VIP's address.
    MALFORMED_IP = 3
    MALFORMED_L4 = 4
    MARTIAN = 5  # from an address that no single host has
    TTL_EXPIRED = 6
    EXTENSIONS = 7  # IPv6 headers: too many, cut short, or a route not at its end
    FRAGMENT = 8  # of a protocol without a VIP, or one that cannot be answered
    OTHER_PROTOCOL = 9
    OTHER_PORT = 10
    OTHER_ICMP = 11  # neither ping nor error
    ICMP_QUOTE = 12  # an error about no packet of a VIP's, or itself too big
    PING_OPTIONS = (
        13  # with IPv4 options or IPv6 extensions, which a pong would reverse
    )
    ANSWER_LIMIT = 14  # answered too many in this second (RFC 4443 2.4 f)
    NO_BACKEND = 15
    NO_HEADROOM = 16  # the kernel's alone: the driver left no room for a header
    NO_NEIGHBOUR = 17  # the backend's hardware address is not known
    NO_PORT = 18  # none is free for another translated flow, or its table is full
    # Answer.
    TOO_BIG = 19
    PING = 20
    # Encapsulate, Rewrite, Translate.
    HASHED = 21  # by the table, not remembered
    INSERTED = 22  # by the table, remembered now
    TRACKED = 23  # by the flow table
    REHASHED = 24  # the flow table named a dead backend
    FLOODED = 25  # by the table; too many flows are new in this second to remember it
    PREVIOUS = 26  # an older flow of a slot that changed, to whom it was before
    ICMP_ERROR = 27  # to the backend of the flow that it is about
    # Split.
    FRAGMENTED = 28
    # Return.
    RETURNED = 29  # a backend's answer, to the client as if from the VIP


@dataclass(frozen=True, slots=True)
class Encapsulate:
    """Send `frame` on to `backend`, a position in the tables' backends."""

    reason: Reason
    backend: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Send the packet on as it is, in `frame`, to the hardware address of `backend`."""

    reason: Reason
    backend: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Translate:
    """Send the packet on in `frame`, as if from us to the address of `backend`."""

    reason: Reason
    backend: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Return:
    """Send what `backend` has answered in `frame` to the client, as if from the VIP."""

    reason: Reason
    backend: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Split:
    """Send `frames` on to `backend`: too big for one, it goes as two."""

    reason: Reason
    backend: int
    frames: tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """Send `frame` back to who sent the packet."""

    reason: Reason
    frame: bytes


@dataclass(frozen=True, slots=True)
class Pass:
    """Leave the packet to the machine's own network stack."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget the packet."""

    reason: Reason


SentOn = Encapsulate | Rewrite | Translate
Verdict = SentOn | Split | Return | Answer | Pass | Drop
