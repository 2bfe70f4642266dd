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
    FRAGMENT = 5
    IPV4_OPTIONS = 6
    OTHER_PROTOCOL = 7
    OTHER_PORT = 8
    NO_BACKEND = 9
    NO_HEADROOM = 10  # the kernel's alone: the driver left no room for a header
    # Answer.
    TOO_BIG = 11
    # Encapsulate.
    HASHED = 12  # by the table, not remembered: a SYN
    INSERTED = 13  # by the table, remembered now
    TRACKED = 14  # by the flow table
    REHASHED = 15  # the flow table named a dead backend


@dataclass(frozen=True, slots=True)
class Encapsulate:
    """Send `frame` on to `backend`, a position in the tables' backends."""

    reason: Reason
    backend: int
    frame: bytes


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


Verdict = Encapsulate | Answer | Pass | Drop
