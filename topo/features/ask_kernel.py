"""Asks the kernel what no command can be asked: a script, run where it may break.

`ask_kernel.py xdp-native|xdp-generic|ipvs|nftables` ends with status 0 when the
kernel has it; run it in a network namespace of its own. It imports nothing of ours,
so that it starts at once.
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys

SYS_BPF = {"x86_64": 321, "aarch64": 280}
BPF_PROG_LOAD, BPF_LINK_CREATE = 5, 28
BPF_PROG_TYPE_XDP, BPF_XDP = 6, 37
XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE = 2, 4
# r0 = XDP_PASS; exit
PASS_ALL = bytes.fromhex("b7000000020000009500000000000000")
ATTRIBUTE_BYTES = 128

NETLINK_NETFILTER, NETLINK_GENERIC = 12, 16
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NLMSG_ERROR = 2
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME = 16, 3, 2
# subsystem nf_tables (10), message NFT_MSG_GETGEN (16)
NFT_GETGEN = 10 << 8 | 16


def attach_xdp(flags: int) -> None:
    """Attach a program that passes everything to a new veth."""
    names = ("fl0", "fl1")
    argv = ["ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1]]
    subprocess.run(argv, check=True, capture_output=True)
    code, name = ctypes.create_string_buffer(PASS_ALL), ctypes.c_char_p(b"GPL")
    text = ctypes.cast(name, ctypes.c_void_p).value or 0
    instructions = len(PASS_ALL) // 8
    program = bpf(
        BPF_PROG_LOAD,
        struct.pack(
            "=IIQQ", BPF_PROG_TYPE_XDP, instructions, ctypes.addressof(code), text
        ),
    )
    index = socket.if_nametoindex(names[0])
    bpf(BPF_LINK_CREATE, struct.pack("=IIII", program, index, BPF_XDP, flags))


def bpf(command: int, attribute: bytes) -> int:
    """Make one bpf(2) call; OSError when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = SYS_BPF[os.uname().machine]
    space = ctypes.create_string_buffer(attribute, ATTRIBUTE_BYTES)
    result: int = libc.syscall(number, command, space, ATTRIBUTE_BYTES)
    if result < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return result


def ask_family(name: bytes) -> None:
    """Ask generic netlink for the family `name`; OSError when there is none."""
    text = name + b"\0"
    attribute = struct.pack("=HH", 4 + len(text), CTRL_ATTR_FAMILY_NAME) + text
    attribute += bytes(-len(attribute) % 4)
    header = struct.pack("=BBH", CTRL_CMD_GETFAMILY, 1, 0)
    ask_netlink(NETLINK_GENERIC, GENL_ID_CTRL, header + attribute)


def ask_netlink(protocol: int, kind: int, body: bytes) -> None:
    """Send one netlink request; OSError when the answer is an error."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as kernel:
        kernel.settimeout(1)
        flags = NLM_F_REQUEST | NLM_F_ACK
        kernel.send(struct.pack("=IHHII", 16 + len(body), kind, flags, 1, 0) + body)
        answer = kernel.recv(4096)
    _, kind, _, _, _, error = struct.unpack_from("=IHHIIi", answer)
    if kind == NLMSG_ERROR and error:
        raise OSError(-error, os.strerror(-error))


def main(what: str) -> str:
    """Ask for `what`; an empty string when it is there, else why it is not."""
    try:
        if what == "xdp-native":
            attach_xdp(XDP_FLAGS_DRV_MODE)
        elif what == "xdp-generic":
            attach_xdp(XDP_FLAGS_SKB_MODE)
        elif what == "ipvs":
            ask_family(b"IPVS")
        else:
            ask_netlink(NETLINK_NETFILTER, NFT_GETGEN, bytes(4))
    except (OSError, subprocess.CalledProcessError, KeyError) as error:
        return f"{what}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or 0)
