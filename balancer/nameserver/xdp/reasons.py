"""What becomes of a frame in XDP, in the order of bpf/reasons.h."""

from enum import IntEnum, auto


class Reason(IntEnum):
    """Each frame is counted once, by one of these."""

    # Passed on to the server.
    NOT_FOR_US = 0
    NOT_IP = auto()
    NOT_PLAIN_UDP = auto()
    NOT_LISTENING = auto()
    ODD_SOURCE = auto()
    ODD_HEADER = auto()
    ODD_NAME = auto()
    ODD_EDNS = auto()
    NOT_HOT = auto()
    SIGNED = auto()
    NO_ROOM = auto()
    # Answered.
    ANSWERED = auto()
    ANSWERED_SUBNET = auto()


ANSWERED = (Reason.ANSWERED, Reason.ANSWERED_SUBNET)
