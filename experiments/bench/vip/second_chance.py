"""What a second chance costs for a packet: at the balancer, and at the backend.

By BPF_PROG_TEST_RUN, in turns, of a TCP segment. At the balancer it is tracked, and
goes out in GRE without a key, with room for one in a slot that never changed, and
with one. At the backend GRE is taken off and put back, and with a key the kernel's
sockets are asked: one has the connection, or none has and the packet is handed on.
The floor at the backend shrinks and grows the frame and writes its start back, as all
of these do.
"""

import socket
from array import array
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from statistics import median

from balancer.backend.decap import open_decapsulation
from balancer.backend.strip import Rules
from balancer.kernel.testrun import XDP_PASS, XDP_REDIRECT, test_run
from balancer.model import Forwarding, Tracking
from balancer.vip.tables.tables import Tables
from balancer.vip.xdp.datapath import open_datapath
from balancer.wire import ethernet
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.gre import PROTOCOL, Gre
from balancer.wire.ipv4 import SIZE, Ipv4
from topo.netlink import Netlink, put_address, up

from ..figure import Figure
from ..inside import Marks, time_inside
from . import balanced

ROUNDS, RUNS = 15, 100_000
PLAIN, UNCHANGED, KEYED = (
    "balancer, GRE",
    "balancer, second chance, a slot that never changed",
    "balancer, second chance, a slot with two owners",
)
FLOOR, TAKEN_OFF, OURS, HANDED_ON = (
    "backend, floor",
    "backend, GRE taken off",
    "backend, a key and a connection of its own",
    "backend, a key and no connection: handed on",
)
LOOKED_UP_TARGET = 2.0
HERE, PEER = balanced.addresses(2)
VIP = balanced.vip(Tracking.ESTABLISHED)
Measured = tuple[int, bytes, int]  # program, frame, verdict


def run() -> list[Figure]:
    """Measure in turns; takes about 3 s, and needs root."""
    ns = time_inside(_measured, "bench-second-chance").marks
    return [
        *(Figure(name, it, "ns") for name, it in ns.items()),
        Figure("a slot with two owners", ns[KEYED] / ns[PLAIN], "ratio", against=PLAIN),
        _bounded("sockets asked", ns[OURS] / ns[TAKEN_OFF]),
        Figure("handed on", ns[HANDED_ON] / ns[TAKEN_OFF], "ratio", against=TAKEN_OFF),
    ]


def _bounded(name: str, ratio: float) -> Figure:
    met = ratio <= LOOKED_UP_TARGET
    return Figure(name, ratio, "ratio", LOOKED_UP_TARGET, met, TAKEN_OFF)


def _measured() -> Marks:
    times: dict[str, list[int]] = {}
    with ExitStack() as opened:
        opened.enter_context(_connected())
        measured = {**_at_balancer(opened), **_at_backend(opened)}
        for _ in range(ROUNDS):
            for name, (program, frame, verdict) in measured.items():
                result = test_run(program, frame, RUNS)
                if result.verdict != verdict:
                    raise AssertionError(f"the verdict of {name} is {result.verdict}")
                times.setdefault(name, []).append(result.duration_ns)
    return {name: median(taken) for name, taken in times.items()}


def _at_balancer(opened: ExitStack) -> dict[str, Measured]:
    plain, unchanged = (
        balanced.tables(mode=mode) for mode in (Forwarding.GRE, Forwarding.GRE_KEY)
    )
    tables = {PLAIN: plain, UNCHANGED: unchanged, KEYED: _changed(unchanged)}
    datapaths = {
        name: opened.enter_context(open_datapath(each, "bench"))
        for name, each in tables.items()
    }
    return {
        name: (each.programs["bench"], balanced.segment(), XDP_REDIRECT)
        for name, each in datapaths.items()
    }


def _changed(tables: Tables) -> Tables:
    """Return the tables as if each slot had been the next backend's before."""
    before = array("I", [(n + 1) % balanced.BACKENDS for n in tables.slots[0]])
    return replace(tables, previous=(before,))


def _at_backend(opened: ExitStack) -> dict[str, Measured]:
    sources = frozenset([balanced.SOURCE])
    rules = Rules(balanced.MAC, sources, frozenset([VIP]), peers=frozenset([PEER]))
    bench = opened.enter_context(open_decapsulation(rules, "bench")).programs
    known, unknown = balanced.segment(), balanced.segment(client=balanced.CLIENT + 1)
    return {
        FLOOR: (bench["bench_floor"], known, XDP_PASS),
        TAKEN_OFF: (bench["bench"], _in_gre(known), XDP_PASS),
        OURS: (bench["bench"], _in_gre(known, PEER), XDP_PASS),
        HANDED_ON: (bench["bench"], _in_gre(unknown, PEER), XDP_REDIRECT),
    }


def _in_gre(frame: bytes, second: IPv4Address | None = None) -> bytes:
    """Return the frame as a balancer sends it."""
    header = Gre(EtherType.IPV4, None if second is None else int(second)).to_wire()
    inner = header + frame[ethernet.SIZE :]
    outer = Ipv4(int(balanced.SOURCE), int(HERE), PROTOCOL, SIZE + len(inner))
    link = Ethernet(balanced.MAC, balanced.GATEWAY_MAC, EtherType.IPV4)
    return link.to_wire() + outer.to_wire() + inner


@contextmanager
def _connected() -> Iterator[None]:
    """Have the connection that the segment is of, on the loopback interface."""
    with Netlink() as netlink:
        index = netlink.index("lo")
        both = [IPv4Interface(f"{it}/32") for it in (balanced.CLIENT, VIP)]
        netlink.send([up("lo"), *(put_address(index, it) for it in both)])
    vip, client = (
        (str(VIP), balanced.PORT),
        (str(balanced.CLIENT), balanced.CLIENT_PORT),
    )
    with (
        socket.create_server(vip) as listening,
        socket.create_connection(vip, 5.0, client),
        listening.accept()[0],
    ):
        yield
