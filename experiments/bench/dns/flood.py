"""A flood of queries that the kernel makes, and a count of the replies to it.

A program that BPF_PROG_TEST_RUN runs on live frames sends queries by one end of a veth
pair; the server is in a namespace at the other end. What comes back is counted and
dropped by a second program. No socket and no process is in the way of either.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from struct import Struct

from balancer.kernel.maps import Map
from balancer.kernel.objects import loaded
from balancer.kernel.testrun import send_frames
from balancer.kernel.xdp import XdpMode, attached
from balancer.model import Protocol
from balancer.nameserver.xdp.datapath import BPF
from balancer.wire.ethernet import Ethernet, EtherType, mac_octets
from balancer.wire.ipv4 import Ipv4
from balancer.wire.l4 import Udp
from topo.netlink import (
    End,
    Namespace,
    Netlink,
    create_netns,
    put_address,
    put_neighbour,
    put_route,
    up,
    veth,
)

from .load import PORT, cores
from .lookups import subnet_query
from .zone import names

NETNS, NEAR, FAR = "bench-dns", "flood", "eth0"
SENDER, SENDER_PORT = IPv4Address("11.9.0.1"), 40000
LINK_PREFIX_LENGTH = 24
MACS = {NEAR: "02:00:00:00:00:01", FAR: "02:00:00:00:00:02"}
EVERYWHERE = IPv4Network("0.0.0.0/0")
FIRST = bytes(4)
COUNT = Struct("=Q")
LOAD = Struct("=IIII192s")  # length, offsets of port, digits and subnet, frame
ETHERNET_OCTETS, IPV4_OCTETS, UDP_OCTETS, DNS_OCTETS = 14, 20, 8, 12
PORT_AT = ETHERNET_OCTETS + IPV4_OCTETS
# Behind the length of the first label, and its one letter.
DIGITS_AT = PORT_AT + UDP_OCTETS + DNS_OCTETS + 2
VARIED_SUBNET_OCTETS = 2  # the last ones of the message
SUBNET = 11 << 16


@dataclass(frozen=True, slots=True)
class Replies:
    """How many came in how long; and the CPU time of sending, with all it causes.

    The kernel takes frames through a veth pair in the time of who sends them: that is
    the time of XDP at the far end, too, and of the sink.
    """

    count: int
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Flood:
    """The two programs, and the maps with what they send and count."""

    program: int
    load: Map
    replies: Map

    def run(self, address: str, frames: int) -> Replies:
        """Send queries to an address as fast as the core can, and count replies."""
        frame = _frame(IPv4Address(address))
        offsets = PORT_AT, DIGITS_AT, len(frame) - VARIED_SUBNET_OCTETS
        self.load.update(FIRST, LOAD.pack(len(frame), *offsets, frame))
        index, before = socket.if_nametoindex(NEAR), self._count()
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        send_frames(self.program, frame, frames, index)
        cpu_s, wall_s = time.thread_time() - cpu_s, time.perf_counter() - wall_s
        return Replies(self._count() - before, wall_s, cpu_s)

    def _count(self) -> int:
        return sum(COUNT.unpack(value)[0] for value in self.replies.lookup(FIRST))


@contextmanager
def flooding(addresses: tuple[str, ...]) -> Iterator[Flood]:
    """Have a namespace with these addresses at the end of a cable, and the programs.

    Queries come through only while some XDP program is at the far end. This thread
    goes to the generator's core. Meant for the inside of a sandbox.
    """
    os.sched_setaffinity(0, {cores()[1]})
    with (
        closing(_cabled(addresses)),
        loaded(BPF / "bench.bpf.o") as bench,
        attached(NEAR, bench.programs["sink"], XdpMode.NATIVE),
    ):
        maps = bench.maps
        yield Flood(bench.programs["flood"], maps["load"], maps["replies"])


def _cabled(addresses: tuple[str, ...]) -> Namespace:
    far = create_netns(NETNS)
    far_end = End(FAR, far.descriptor, MACS[FAR])
    with Netlink() as near:
        near.send([veth(End(NEAR, mac=MACS[NEAR]), far_end), up(NEAR)])
    index = far.netlink.index(FAR)
    own = [IPv4Interface(f"{it}/{LINK_PREFIX_LENGTH}") for it in addresses]
    far.netlink.send([put_address(index, it) for it in own])
    far.netlink.send([up(FAR), put_neighbour(index, SENDER, MACS[NEAR])])
    far.netlink.send([put_route(index, EVERYWHERE, SENDER)])
    return far


def _frame(destination: IPv4Address) -> bytes:
    message = subnet_query(names()[0], 1, SUBNET)
    udp_octets = UDP_OCTETS + len(message)
    # RFC 768: a checksum of 0 is none, so that parts can be varied at no cost.
    udp = Udp(SENDER_PORT, PORT, udp_octets).to_wire()
    ip = Ipv4(int(SENDER), int(destination), Protocol.UDP, IPV4_OCTETS + udp_octets)
    macs = mac_octets(MACS[FAR]), mac_octets(MACS[NEAR])
    ethernet = Ethernet(*macs, EtherType.IPV4)
    return ethernet.to_wire() + ip.to_wire() + udp + message
