"""Virtual Ethernet pairs and their offloads, as links need them."""

import ctypes
import fcntl
import socket
import struct
from collections.abc import Iterable

from ..run import run

SIOCETHTOOL = 0x8946
# linux/ethtool.h: ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO.
OFFLOADS = (0x17, 0x1F, 0x24)


def veth_to_process(name: str, pid: int, mtu: int) -> tuple[str, ...]:
    """Return the lines for `ip -batch` that join `name` here to `name` in a process."""
    return (
        f"link add name {name} mtu {mtu} type veth"
        f" peer name {name} mtu {mtu} netns {pid}",
        f"link set {name} up",
    )


def veth_pair(a: str, b: str, mtu: int) -> tuple[str, ...]:
    """Return the lines for `ip -batch` that join `a` to `b`, both here."""
    return (
        f"link add name {a} mtu {mtu} type veth peer name {b} mtu {mtu}",
        f"link set {a} up",
        f"link set {b} up",
    )


def at_most(name: str, super_packet_bytes: int) -> str:
    """Return the line for `ip -batch` that bounds the super-packets sent to `name`."""
    return f"link set {name} gso_max_size {super_packet_bytes}"


def apply(lines: Iterable[str]) -> None:
    """Run lines of `ip -batch`; CommandError with the words of the first that fails."""
    run(["ip", "-batch", "-"], stdin="\n".join(lines) + "\n")


def segment_in_software(name: str) -> None:
    """Have the kernel send whole packets of MTU size, with checksums, into `name`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for command in OFFLOADS:
            _ethtool(any_socket, name, command)


def _ethtool(any_socket: socket.socket, name: str, command: int) -> None:
    # struct ethtool_value, behind the pointer in a struct ifreq.
    value = (ctypes.c_uint32 * 2)(command, 0)
    request = struct.pack("=16sQ16x", name.encode(), ctypes.addressof(value))
    fcntl.ioctl(any_socket, SIOCETHTOOL, request)
