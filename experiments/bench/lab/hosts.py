"""How long hundreds of plain hosts take to their first ping, ours and stock Mininet's.

Both build Mininet's own single-switch topology inside a sandbox of their own.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

from mininet.net import Mininet
from mininet.node import OVSBridge
from mininet.topo import SingleSwitchTopo

from topo.net import LabBridge, LabNet, LabSwitch
from topo.wait import until

from ..figure import Figure
from ..inside import Marks, Timed, time_inside

ROUNDS = 3
TARGETS_S = {200: 1.2, 500: 3.0}
TEARDOWN_TARGET_S = 0.2
COMPARED = 200
STOCK = "stock Mininet"

MakeNet = Callable[[int], Mininet]


def run() -> list[Figure]:
    """Build, ping and end networks of 200 and 500 hosts; takes about 30 s."""
    figures = []
    for count, target_s in TARGETS_S.items():
        rounds = [_time(_on_bridge, count, _ping) for _ in range(ROUNDS)]
        first_s = statistics.median(timed.until("ping") for timed in rounds)
        gone_s = statistics.median(timed.after("ping") for timed in rounds)
        name = f"{count} hosts on a kernel bridge"
        figures += [
            _bounded(f"{name} to first ping, median", first_s, target_s),
            _bounded(f"{name} to gone, median", gone_s, TEARDOWN_TARGET_S),
        ]
    return [*figures, *_comparison()]


def _comparison() -> list[Figure]:
    """Compare with stock Mininet, both on Open vSwitch's userspace datapath."""
    ours_s = _time(_on_switch, COMPARED, _start).until("started")
    stock_s = _time(_stock, COMPARED, _start).until("started")
    name = f"{COMPARED} hosts on Open vSwitch started"
    return [
        Figure(name, ours_s, "s"),
        Figure(f"{name}, {STOCK}", stock_s, "s"),
        Figure(f"{name}, times faster", stock_s / ours_s, "ratio", against=STOCK),
    ]


def _on_bridge(count: int) -> Mininet:
    return LabNet(SingleSwitchTopo(count), switch=LabBridge)


def _on_switch(count: int) -> Mininet:
    switch = partial(LabSwitch, failMode="standalone")
    return LabNet(SingleSwitchTopo(count), switch=switch)


def _stock(count: int) -> Mininet:
    # It would raise limits of the whole machine, which is not the sandbox's to do.
    Mininet.inited = True
    switch = partial(OVSBridge, datapath="user")
    return Mininet(SingleSwitchTopo(count), switch=switch, controller=None)


def _time(
    make_net: MakeNet, count: int, body: Callable[[MakeNet, int], Marks]
) -> Timed:
    return time_inside(lambda: body(make_net, count), f"bench-{count}-hosts")


def _start(make_net: MakeNet, count: int) -> Marks:
    """Start a network; stock Mininet's is not asked for more, as it may be long."""
    make_net(count).start()
    return {"started": time.monotonic()}


def _ping(make_net: MakeNet, count: int) -> Marks:
    """Start a network and ping from its first host to its last."""
    net = make_net(count)
    net.start()
    first, last = net.hosts[0], net.hosts[-1]
    command = ["ping", "-c1", "-W1", last.IP()]
    until("first ping", lambda: first.popen(command).wait() == 0)
    return {"ping": time.monotonic()}


def _bounded(name: str, value_s: float, target_s: float) -> Figure:
    return Figure(name, value_s, "s", target_s, value_s <= target_s)
