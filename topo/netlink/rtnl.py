"""A routing socket, tied for life to the network namespace that it was opened in."""

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from balancer.errors import FrontlabError

from .answers import HEADER, parse_answers
from .requests import Request

NLM_F_REQUEST, NLM_F_ACK = 0x1, 0x4

SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
SO_RCVBUFFORCE = 33

BATCH = 64
RECEIVE_SIZE = 1 << 18
RECEIVE_BUFFER = 1 << 22

SIOCGIFINDEX, SIOCETHTOOL = 0x8933, 0x8946
ETHTOOL_STXCSUM, ETHTOOL_SGRO = 0x17, 0x2C
INDEX_REQUEST = struct.Struct("16si20x")  # struct ifreq: name, index
POINTER_REQUEST = struct.Struct("16sP16x")  # struct ifreq: name, data
ETHTOOL_VALUE = ctypes.c_uint32 * 2  # command, value


class NetlinkError(FrontlabError):
    """The kernel refused a request; the message names the object."""

    def __init__(self, what: str, number: int, remark: str = "") -> None:
        self.errno = number
        more = f" ({remark})" if remark else ""
        super().__init__(f"{what}: {os.strerror(number)}{more}")


class Netlink:
    """A routing socket. It also carries the ioctls that netlink has no words for."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK):
            self._socket.setsockopt(SOL_NETLINK, option, 1)
        self._sequence = 0

    def send(self, requests: Iterable[Request]) -> None:
        """Have the kernel carry out `requests` in order, and wait for its answers.

        Raises:
            NetlinkError: the first one refused; the kernel carries on after it.
        """
        waiting = list(requests)
        refused: list[NetlinkError] = []
        for start in range(0, len(waiting), BATCH):
            refused += self._send_batch(waiting[start : start + BATCH])
        if refused:
            raise refused[0]

    def index(self, name: str) -> int:
        """Return a link's interface index; NetlinkError when there is no such link."""
        request = INDEX_REQUEST.pack(name.encode(), 0)
        try:
            answer = fcntl.ioctl(self._socket, SIOCGIFINDEX, request)
        except OSError as error:
            raise NetlinkError(f"link {name}", error.errno or 0) from error
        index: int = INDEX_REQUEST.unpack(answer)[1]
        return index

    def tx_checksum_off(self, name: str) -> None:
        """Have the kernel write full checksums into what this link sends.

        A packet that crosses a userspace switch or a relay leaves the kernel, and
        with it the promise that hardware will fill the checksum in.
        """
        self._ethtool(name, ETHTOOL_STXCSUM, 0)

    def gro_off(self, name: str) -> None:
        """Have this link merge no received packets into larger ones."""
        self._ethtool(name, ETHTOOL_SGRO, 0)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _send_batch(self, batch: list[Request]) -> list[NetlinkError]:
        first = self._sequence + 1
        self._sequence += len(batch)
        messages = [_message(r, first + i) for i, r in enumerate(batch)]
        self._socket.send(b"".join(messages))
        refused, answers = [], 0
        while answers < len(batch):
            for answer in parse_answers(self._socket.recv(RECEIVE_SIZE)):
                answers += 1
                if answer.error:
                    what = batch[answer.sequence - first].what
                    refused.append(NetlinkError(what, answer.error, answer.remark))
        return refused

    def _ethtool(self, name: str, command: int, value: int) -> None:
        data = ETHTOOL_VALUE(command, value)
        request = POINTER_REQUEST.pack(name.encode(), ctypes.addressof(data))
        try:
            fcntl.ioctl(self._socket, SIOCETHTOOL, request)
        except OSError as error:
            raise NetlinkError(f"offload of {name}", error.errno or 0) from error


def _message(request: Request, sequence: int) -> bytes:
    length = HEADER.size + len(request.body)
    flags = NLM_F_REQUEST | NLM_F_ACK | request.flags
    padding = b"\0" * (-length % 4)
    head = HEADER.pack(length, request.kind, flags, sequence, 0)
    return head + request.body + padding
