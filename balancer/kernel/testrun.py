"""Running a loaded program on a frame of our own: BPF_PROG_TEST_RUN."""

import ctypes
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass
from struct import Struct

from .libbpf import check, library

XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT = range(5)
_LIVE_FRAMES = 1 << 1  # BPF_F_TEST_XDP_LIVE_FRAMES of linux/bpf.h
_LIVE_BATCH = 64
_CONTEXT = Struct("=6I")  # struct xdp_md: data, its end, metadata, interface, queues
_LARGEST_FRAME = 4096


class _TestRunOptions(ctypes.Structure):
    """`struct bpf_test_run_opts` of bpf/bpf.h."""

    _fields_ = (
        ("size", c_size_t),
        ("data_in", c_char_p),
        ("data_out", c_void_p),
        ("data_size_in", c_uint32),
        ("data_size_out", c_uint32),
        ("context_in", c_void_p),
        ("context_out", c_void_p),
        ("context_size_in", c_uint32),
        ("context_size_out", c_uint32),
        ("verdict", c_uint32),
        ("repeat", c_int),
        ("duration_ns", c_uint32),
        ("flags", c_uint32),
        ("cpu", c_uint32),
        ("batch_size", c_uint32),
    )


@dataclass(frozen=True, slots=True)
class TestRun:
    """What BPF_PROG_TEST_RUN gave: an XDP verdict, a time, the frame afterwards."""

    __test__ = False  # The name is the kernel's; it is no test case.

    verdict: int
    duration_ns: int  # of one repetition, on average
    frame: bytes


def test_run(program: int, frame: bytes, repeat: int = 1) -> TestRun:
    """Run a program on `frame`, at least 14 octets, without any interface.

    The frame is not renewed between repetitions: each gets what the last one left.
    """
    out = ctypes.create_string_buffer(_LARGEST_FRAME)
    options = _TestRunOptions(
        size=ctypes.sizeof(_TestRunOptions),
        data_in=frame,
        data_size_in=len(frame),
        data_out=ctypes.addressof(out),
        data_size_out=len(out),
        repeat=repeat,
    )
    check(library().bpf_prog_test_run_opts(program, byref(options)), "test run")
    frame_out = out.raw[: options.data_size_out]
    return TestRun(options.verdict, options.duration_ns, frame_out)


test_run.__test__ = False  # type: ignore[attr-defined]


def send_frames(program: int, frame: bytes, count: int, interface_index: int) -> None:
    """Make a program a generator: what it returns XDP_TX for, leaves by an interface.

    It is run `count` times, as if frames had come in by the interface. Memory of
    frames that have gone is used again, with what their receiver has made of them.
    """
    context = _CONTEXT.pack(0, len(frame), 0, interface_index, 0, 0)
    context_in = ctypes.create_string_buffer(context, len(context))
    options = _TestRunOptions(
        size=ctypes.sizeof(_TestRunOptions),
        data_in=frame,
        data_size_in=len(frame),
        context_in=ctypes.addressof(context_in),
        context_size_in=len(context),
        repeat=count,
        flags=_LIVE_FRAMES,
        batch_size=_LIVE_BATCH,
    )
    check(library().bpf_prog_test_run_opts(program, byref(options)), "live frames")
