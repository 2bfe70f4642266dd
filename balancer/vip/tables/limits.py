"""The sizes of the program's maps that are fixed when it is compiled (bpf/maps.h)."""

MAX_VIPS = 512
MAX_BACKENDS = 4096
NOBODY = 0xFFFF  # in place of a backend's number
