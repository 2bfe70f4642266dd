"""The kernel's answers to netlink requests, from bytes to records."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
CODE = struct.Struct("=i")
ATTRIBUTE = struct.Struct("=HH")  # length, type
NLMSG_ERROR = 2
NLMSGERR_ATTR_MSG = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of the request with this sequence number; error 0 is success."""

    sequence: int
    error: int
    remark: str


def parse_answers(data: bytes) -> Iterator[Answer]:
    """Yield the outcomes in one datagram of the kernel; see netlink(7)."""
    start = 0
    while start + HEADER.size <= len(data):
        length, kind, _, sequence, _ = HEADER.unpack_from(data, start)
        message = data[start : start + length]
        if kind == NLMSG_ERROR and len(message) >= HEADER.size + CODE.size:
            error = -CODE.unpack_from(message, HEADER.size)[0]
            # NETLINK_CAP_ACK: of the request only its header is quoted.
            remarks = message[HEADER.size + CODE.size + HEADER.size :]
            yield Answer(sequence, error, _remark(remarks))
        start += max(_aligned(length), HEADER.size)


def _remark(attributes: bytes) -> str:
    start = 0
    while start + ATTRIBUTE.size <= len(attributes):
        length, kind = ATTRIBUTE.unpack_from(attributes, start)
        if kind == NLMSGERR_ATTR_MSG:
            text = attributes[start + ATTRIBUTE.size : start + length]
            return text.rstrip(b"\0").decode(errors="replace")
        start += max(_aligned(length), ATTRIBUTE.size)
    return ""


def _aligned(length: int) -> int:
    return (length + 3) & ~3
