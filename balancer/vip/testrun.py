"""Running a loaded program on a frame of our own: BPF_PROG_TEST_RUN."""

import ctypes
from ctypes import byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass

from .libbpf import check, library

XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT = range(5)
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
