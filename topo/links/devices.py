"""The interfaces of wide-area links: virtual Ethernet pairs and their offloads."""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from ..netlink import End, Netlink, Request, up, veth

RTM_NEWLINK = 16
IFLA_IFNAME, IFLA_NET_NS_FD, IFLA_GSO_MAX_SIZE = 3, 28, 41
LINK_HEADER = bytes(16)  # struct ifinfomsg: whichever link IFLA_IFNAME says
ATTRIBUTE = struct.Struct("=HH")
NUMBER = struct.Struct("=I")


@contextmanager
def netns_of(pid: int) -> Iterator[int]:
    """Yield a descriptor of the network namespace that a process is in."""
    path = f"/proc/{pid}/ns/net"
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def join(netlink: Netlink, a: End, b: End, mtu: int) -> None:
    """Make a pair of interfaces, and set up those of them that lie here."""
    here = [end.name for end in (a, b) if end.namespace is None]
    netlink.send([veth(a, b, mtu), *map(up, here)])


def move(name: str, namespace: int) -> Request:
    """Have a link in another namespace, under its name, down and without addresses."""
    body = _link(name) + ATTRIBUTE.pack(8, IFLA_NET_NS_FD) + NUMBER.pack(namespace)
    return Request(f"{name} into a namespace", RTM_NEWLINK, 0, body)


def bound_super_packets(name: str, most_bytes: int) -> Request:
    """Have packets of at most `most_bytes` sent into a link, to be cut later."""
    body = _link(name) + ATTRIBUTE.pack(8, IFLA_GSO_MAX_SIZE) + NUMBER.pack(most_bytes)
    return Request(f"gso_max_size of {name}", RTM_NEWLINK, 0, body)


def _link(name: str) -> bytes:
    text = name.encode() + b"\0"
    body = LINK_HEADER + ATTRIBUTE.pack(4 + len(text), IFLA_IFNAME) + text
    return body + bytes(-len(body) % 4)
