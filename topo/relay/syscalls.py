"""The system calls that Python lacks, by ctypes; nothing is decided here."""

import contextlib
import ctypes
import errno
import os
import signal
import struct

MSG_TRUNC = 0x20
MSG_DONTWAIT = 0x40
CLONE_NEWNET = 0x40000000
SYS_SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}
PRIORITY = 10
NICENESS = -20
SLICE_NS = 100_000  # the shortest that Linux knows
PR_SET_PDEATHSIG = 1
PR_SET_TIMERSLACK = 29
CLOCK_MONOTONIC = 1
TFD_NONBLOCK = 0o4000
TFD_CLOEXEC = 0o2000000
TFD_TIMER_ABSTIME = 1
NS_PER_S = 1_000_000_000

_libc = ctypes.CDLL(None, use_errno=True)
_pointer, _int, _uint = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint
_recvmmsg, _sendmmsg = _libc.recvmmsg, _libc.sendmmsg
_recvmmsg.argtypes = [_int, _pointer, _uint, _int, _pointer]
_sendmmsg.argtypes = [_int, _pointer, _uint, _int]
_settime = _libc.timerfd_settime
_settime.argtypes = [_int, _int, _pointer, _pointer]


def receive_many(descriptor: int, headers: int, count: int) -> int:
    """Receive up to `count` packets without waiting; negative errno on failure.

    `headers` is the address of an array of struct mmsghdr. Lengths are those that the
    packets had, also of those that did not fit.
    """
    flags = MSG_DONTWAIT | MSG_TRUNC
    got: int = _recvmmsg(descriptor, headers, count, flags, None)
    return got if got >= 0 else -ctypes.get_errno()


def send_many(descriptor: int, headers: int, count: int) -> int:
    """Send `count` packets; how many were, or the negative errno of the first."""
    sent: int = _sendmmsg(descriptor, headers, count, MSG_DONTWAIT)
    return sent if sent >= 0 else -ctypes.get_errno()


def unshare_network() -> None:
    """Move this process into a new network namespace without a name."""
    if _libc.unshare(CLONE_NEWNET):
        _raise("unshare(CLONE_NEWNET)")


def die_with_parent() -> None:
    """Have the kernel ask this process to end when the thread that started it ends."""
    if _libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0):
        _raise("prctl(PR_SET_PDEATHSIG)")


def run_in_turn() -> None:
    """Share the cores with others, as far before them as niceness goes.

    Since Linux 6.12 a short slice has a process that wakes up preempt those with longer
    ones; earlier kernels ignore it.
    """
    # struct sched_attr: size, policy, flags, nice, priority, runtime, deadline, period.
    attributes = struct.pack(
        "=IIQiIQQQ", 48, os.SCHED_OTHER, 0, NICENESS, 0, SLICE_NS, 0, 0
    )
    number = SYS_SCHED_SETATTR[os.uname().machine]
    if _libc.syscall(number, 0, attributes, 0):
        _raise("sched_setattr")


def run_in_real_time() -> None:
    """Run before all who are not in real time; where that is denied, change nothing."""
    # Kernels with real-time group scheduling deny it to groups without a share.
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))


def finest_timers() -> None:
    """Have timers of this thread fire at their time, not up to 50 us later."""
    if _libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0):
        _raise("prctl(PR_SET_TIMERSLACK)")


class Timer:
    """A timer descriptor for absolute monotonic times; never needs to be read.

    Watched edge-triggered, it makes one event per expiry.
    """

    def __init__(self) -> None:
        flags = TFD_NONBLOCK | TFD_CLOEXEC
        self.descriptor: int = _libc.timerfd_create(CLOCK_MONOTONIC, flags)
        if self.descriptor < 0:
            _raise("timerfd_create")
        self._value = (ctypes.c_int64 * 4)(0, 0, 0, 0)
        self._armed_ns = 0

    def fileno(self) -> int:
        """Return the descriptor, to be polled."""
        return self.descriptor

    def arm(self, at_ns: int) -> None:
        """Expire once at `at_ns`; a time gone by expires now, 0 means never."""
        if at_ns == self._armed_ns:
            return
        self._armed_ns = at_ns
        self._value[2], self._value[3] = divmod(at_ns, NS_PER_S)
        _settime(self.descriptor, TFD_TIMER_ABSTIME, self._value, None)

    def expired(self) -> None:
        """Note an expiry, so that the same time can be armed again."""
        self._armed_ns = 0

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)


def _raise(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {errno.errorcode.get(number, number)}")
