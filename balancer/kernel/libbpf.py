"""The functions of libbpf.so.1 that are called, with their signatures."""

import ctypes
import os
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char_p,
    c_int,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from functools import cache

from ..errors import Unsupported

Sampled = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)  # context, octets, size
Print = CFUNCTYPE(c_int, c_int, c_char_p, c_void_p)

# name: result, then arguments; all are in libbpf 1.0 (bpf/libbpf.h and bpf/bpf.h).
_SIGNATURES = {
    "bpf_object__open_file": (c_void_p, c_char_p, c_void_p),
    "bpf_object__load": (c_int, c_void_p),
    "bpf_object__close": (None, c_void_p),
    "bpf_object__next_map": (c_void_p, c_void_p, c_void_p),
    "bpf_object__next_program": (c_void_p, c_void_p, c_void_p),
    "bpf_map__name": (c_char_p, c_void_p),
    "bpf_map__fd": (c_int, c_void_p),
    "bpf_map__type": (c_int, c_void_p),
    "bpf_map__key_size": (c_uint32, c_void_p),
    "bpf_map__value_size": (c_uint32, c_void_p),
    "bpf_map__max_entries": (c_uint32, c_void_p),
    "bpf_map__map_flags": (c_uint32, c_void_p),
    "bpf_map__reuse_fd": (c_int, c_void_p, c_int),
    "bpf_map__set_max_entries": (c_int, c_void_p, c_uint32),
    "bpf_map__initial_value": (c_void_p, c_void_p, POINTER(c_size_t)),
    "bpf_program__name": (c_char_p, c_void_p),
    "bpf_program__fd": (c_int, c_void_p),
    "bpf_map_create": (
        *(c_int, c_int, c_char_p, c_uint32, c_uint32, c_uint32, c_void_p),
    ),
    "bpf_map_update_elem": (c_int, c_int, c_char_p, c_char_p, c_uint64),
    "bpf_map_lookup_elem": (c_int, c_int, c_char_p, c_void_p),
    "bpf_map_delete_elem": (c_int, c_int, c_char_p),
    "bpf_map_update_batch": (
        *(c_int, c_int, c_char_p, c_char_p),
        *(POINTER(c_uint32), c_void_p),
    ),
    "bpf_map_lookup_batch": (
        *(c_int, c_int, c_void_p, c_void_p, c_void_p, c_void_p),
        *(POINTER(c_uint32), c_void_p),
    ),
    "bpf_map_get_fd_by_id": (c_int, c_uint32),
    "bpf_obj_get_info_by_fd": (c_int, c_int, c_void_p, POINTER(c_uint32)),
    "bpf_prog_bind_map": (c_int, c_int, c_int, c_void_p),
    "bpf_prog_get_fd_by_id": (c_int, c_uint32),
    "bpf_prog_test_run_opts": (c_int, c_int, c_void_p),
    "bpf_tc_attach": (c_int, c_void_p, c_void_p),
    "bpf_tc_detach": (c_int, c_void_p, c_void_p),
    "bpf_tc_hook_create": (c_int, c_void_p),
    "bpf_xdp_attach": (c_int, c_int, c_int, c_uint32, c_void_p),
    "bpf_xdp_detach": (c_int, c_int, c_uint32, c_void_p),
    "bpf_xdp_query_id": (c_int, c_int, c_int, POINTER(c_uint32)),
    "ring_buffer__consume": (c_int, c_void_p),
    "ring_buffer__free": (None, c_void_p),
    "ring_buffer__new": (c_void_p, c_int, Sampled, c_void_p, c_void_p),
    "libbpf_num_possible_cpus": (c_int,),
    "libbpf_set_print": (c_void_p, Print),
}


@cache
def library() -> ctypes.CDLL:
    """Return libbpf with its signatures; `Unsupported` when it is not installed."""
    try:
        lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
    except OSError as error:
        raise Unsupported("BPF", str(error), "install libbpf1") from error
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    return lib


def check(status: int, what: str) -> int:
    """Return `status`; raise OSError when it is a negative error number."""
    if status < 0:
        raise OSError(-status, f"{what}: {os.strerror(-status)}")
    return status
