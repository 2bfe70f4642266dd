"""What a backend makes of a frame, and why; each reason is one counter of that name."""

from dataclasses import dataclass
from enum import IntEnum


class Reason(IntEnum):
    """Why a frame got its verdict; `bpf/reasons.h` is the same list."""

    # Passed on as it came.
    NOT_FOR_US = 0  # another hardware address
    NOT_ENCAPSULATED = 1  # or in a way that is not accepted here
    # Dropped.
    MALFORMED = 2  # outer headers with options, of a fragment, or of wrong lengths
    STRANGER = 3  # not from a balancer of ours
    GRE_OPTIONS = 4
    BAD_CHECKSUM = 5  # of the outer UDP header, where there is one
    OTHER_PAYLOAD = 6  # neither IPv4 nor IPv6
    NOT_A_VIP = 7  # the inner destination
    CE_DROPPED = 8  # congestion, told to a packet that cannot carry it (RFC 6040)
    # Passed on without its outer headers.
    DECAPSULATED = 9
    # Sent on to another backend.
    HANDED_ON = 10


@dataclass(frozen=True, slots=True)
class Stripped:
    """Pass `frame`, the inner packet, to the machine's own stack."""

    frame: bytes
    reason: Reason = Reason.DECAPSULATED


@dataclass(frozen=True, slots=True)
class Passed:
    """Pass the frame as it came."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Dropped:
    """Forget the frame."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Send `frame`, by the interface that it came in by, to another backend."""

    frame: bytes
    reason: Reason = Reason.HANDED_ON


Verdict = Stripped | Passed | Dropped | HandedOn
