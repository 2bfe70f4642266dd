"""The argument of recvmmsg and sendmmsg as columns of numpy arrays."""

import numpy as np
from numpy.typing import NDArray

from .schedule import Sizes, Times
from .syscalls import NS_PER_S, receive_many, send_many

BATCH = 128
CONTROL_BYTES = 64

# struct mmsghdr { struct msghdr; unsigned len; } on 64-bit Linux.
MESSAGE = np.dtype(
    [
        ("name", "u8"),
        ("name_length", "u8"),
        ("vector", "u8"),
        ("vectors", "u8"),
        ("control", "u8"),
        ("control_length", "u8"),
        ("flags", "u8"),
        ("length", "u8"),
    ]
)
VECTOR = np.dtype([("base", "i8"), ("length", "i8")])


class Batch:
    """Up to 128 packets of one system call; `addresses` says where they lie."""

    def __init__(self) -> None:
        steps = np.arange(BATCH, dtype=np.uint64)
        self._vectors = np.zeros(BATCH, VECTOR)
        # cmsghdr of 16 bytes, then struct timespec; the rest stays unused.
        self._control_bytes = 0
        self._control = np.zeros((BATCH, CONTROL_BYTES // 8), np.int64)
        self._messages = np.zeros(BATCH, MESSAGE)
        self._messages["vector"] = self._vectors.ctypes.data + steps * VECTOR.itemsize
        self._messages["vectors"] = 1
        self._control_lengths = self._messages["control_length"]
        self._headers = self._messages.ctypes.data
        self.addresses: NDArray[np.int64] = self._vectors["base"]
        self.sizes: NDArray[np.int64] = self._vectors["length"]
        self._seconds, self._nanoseconds = self._control[:, 2], self._control[:, 3]

    def with_stamps(self) -> "Batch":
        """Have the kernel write its receive stamps, and return self."""
        steps = np.arange(BATCH, dtype=np.uint64)
        self._messages["control"] = self._control.ctypes.data + steps * CONTROL_BYTES
        self._control_bytes = CONTROL_BYTES
        return self

    def receive(self, descriptor: int, count: int) -> int:
        """Fill up to `count` packets; negative errno when there is none."""
        self._control_lengths[:count] = self._control_bytes
        return receive_many(descriptor, self._headers, count)

    def send(self, descriptor: int, count: int) -> int:
        """Send the first `count` packets; how many went, or a negative errno."""
        return send_many(descriptor, self._headers, count)

    def lengths(self, count: int) -> Sizes:
        """Return the true lengths of the packets received, vnet header included."""
        return self._messages["length"][:count].astype(np.int64)

    def stamps_ns(self, count: int) -> Times:
        """Return the kernel's receive stamps (CLOCK_REALTIME)."""
        stamps: Times = self._seconds[:count] * NS_PER_S
        stamps += self._nanoseconds[:count]
        return stamps
