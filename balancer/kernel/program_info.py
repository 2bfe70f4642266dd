"""What the kernel says of a BPF program that is loaded."""

import ctypes
import os
from ctypes import byref, c_char, c_uint32, c_uint64

from .libbpf import check, library


class ProgramInfo(ctypes.Structure):
    """The first fields of `struct bpf_prog_info` of linux/bpf.h."""

    _fields_ = (
        ("type", c_uint32),
        ("id", c_uint32),
        ("tag", c_char * 8),
        ("jited_size", c_uint32),
        ("translated_size", c_uint32),
        ("jited", c_uint64),
        ("translated", c_uint64),
        ("load_time", c_uint64),
        ("created_by", c_uint32),
        ("map_count", c_uint32),
        ("map_ids", c_uint64),
        ("name", c_char * 16),
    )


def ask(fd: int, info: ctypes.Structure) -> None:
    """Have the kernel fill `info` about what a descriptor stands for."""
    size = c_uint32(ctypes.sizeof(info))
    check(library().bpf_obj_get_info_by_fd(fd, byref(info), byref(size)), "BPF info")


def program_by_number(number: int) -> int:
    """Return a descriptor of a program; the caller closes it.

    Raises:
        OSError: it has gone, or the kernel does not tell, for lack of rights.
    """
    program: int = library().bpf_prog_get_fd_by_id(number)
    return check(program, "program by its number")


def name_of(program: int) -> str:
    """Return the name of the program that a descriptor stands for."""
    info = ProgramInfo()
    ask(program, info)
    name: bytes = info.name
    return name.decode()


def name_by_number(number: int) -> str:
    """Return the name of a program; OSError as `program_by_number` has it."""
    program = program_by_number(number)
    try:
        return name_of(program)
    finally:
        os.close(program)
