"""How many new flows a second a balancer takes: ours, and NAT by nftables.

Both get the same SYNs, each of a flow never seen before, made by the kernel at the
other end of a veth, and send each on to one of eight backends; counted is what comes
back. Ours, in native XDP, remembers the flow and puts the packet into GRE; nftables
translates both addresses and tracks the connection. Generator, balancer and sink share
one core, in turns. That is what a new connection costs a balancer before its client's
first acknowledgement; whole connections are in `answers`. The flows are those that suit
nftables best: no two of the same port up to 32768, room in its table for all, and no
other rule.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network
from statistics import median

from balancer.kernel.xdp import Attachment, XdpMode
from balancer.model import Tracking
from balancer.vip.tables.options import Limits
from balancer.vip.xdp.datapath import Datapath, open_datapath
from balancer.wire.l4 import TcpFlag
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
from topo.run import run as run_command

from ..figure import Figure
from ..inside import Marks, time_inside
from ..programs import need
from . import balanced, nft
from .flood import Flood, flooding, take_a_core

NETNS, FAR = "bench-nft", "eth0"
NEAR_OURS, NEAR_NFT, FAR_OURS = "flood0", "flood1", "balancer"
ROUNDS, FRAMES, FLOWS = 7, 200_000, 1 << 24
ROOM = 1 << 18  # as many flows as the kernel's own table has by default
TARGET = 1.3
EVERYWHERE = IPv4Network("0.0.0.0/0")
GATEWAY = balanced.SOURCE - 9
NFT = nft.NAME
POLICIES = {
    "ours, each SYN remembered": Tracking.ALL,
    "ours, flows remembered after their SYN": Tracking.ESTABLISHED,
}


def run() -> list[Figure]:
    """Measure in turns; takes about 12 s, and needs root and nft."""
    need("nft")
    mpps = time_inside(_measured, "bench-newflows").marks
    figures = [Figure(f"new flows, {name}", it, "Mpps") for name, it in mpps.items()]
    for name in POLICIES:
        ratio = mpps[name] / mpps[NFT]
        figures.append(
            Figure(f"new flows, {name}", ratio, "ratio", TARGET, ratio >= TARGET, NFT)
        )
    return figures


def _measured() -> Marks:
    take_a_core()
    rates: dict[str, list[float]] = {}
    with _ours() as ours, _nft() as theirs:
        for _ in range(ROUNDS):
            for name, mpps in (*ours.round(), theirs.measured()):
                rates.setdefault(name, []).append(mpps)
    return {name: median(taken) for name, taken in rates.items()}


def _mpps(flood: Flood, tracking: Tracking) -> float:
    frame = balanced.segment(tracking, flags=TcpFlag.SYN)
    return flood.mpps(frame, FRAMES, FLOWS)


@dataclass(frozen=True, slots=True)
class _Ours:
    flood: Flood
    datapath: Datapath

    def round(self) -> Iterator[tuple[str, float]]:
        for name, tracking in POLICIES.items():
            before = self.datapath.flows_created()
            yield name, _mpps(self.flood, tracking)
            created = self.datapath.flows_created() - before
            _expect(created, FRAMES if tracking is Tracking.ALL else 0)


@dataclass(frozen=True, slots=True)
class _Nft:
    flood: Flood
    namespace: Namespace

    def measured(self) -> tuple[str, float]:
        mpps = _mpps(self.flood, Tracking.ALL)
        with self.namespace.inside():
            _expect(nft.tracked(), FRAMES)
            nft.forget_connections()
        return NFT, mpps


def _expect(flows: int, wanted: int) -> None:
    """A balancer that loses packets is measured; one that forgets flows is not."""
    if abs(flows - wanted) > 0.01 * FRAMES:
        raise AssertionError(f"{flows} new flows of {wanted}")


@contextmanager
def _ours() -> Iterator[_Ours]:
    limits = Limits(ROOM, new_flows_per_s=1e9)
    with Netlink() as netlink, ExitStack() as opened:
        ends = End(NEAR_OURS), End(FAR_OURS)
        netlink.send([veth(*ends), up(NEAR_OURS), up(FAR_OURS)])
        flood = opened.enter_context(flooding(NEAR_OURS))
        datapath = opened.enter_context(open_datapath(balanced.tables(limits)))
        far_end = Attachment(FAR_OURS, XdpMode.NATIVE)
        far_end.put(datapath.programs["vip"])
        yield _Ours(flood, datapath)
        far_end.remove()


@contextmanager
def _nft() -> Iterator[_Nft]:
    namespace = create_netns(NETNS)
    with Netlink() as near:
        ours = End(NEAR_NFT, mac=balanced.GATEWAY_MAC.hex(":"))
        theirs = End(FAR, namespace.descriptor, balanced.MAC.hex(":"))
        near.send([veth(ours, theirs), up(NEAR_NFT)])
    _route(namespace)
    with namespace.inside():
        # A veth takes frames of XDP while its own end has GRO, or a program.
        run_command(["ethtool", "-K", FAR, "gro", "on"])
        vip = balanced.vip(Tracking.ALL)
        rules = nft.rules(vip, balanced.PORT, balanced.addresses())
        nft.balance_by_nat(rules)
    with flooding(NEAR_NFT) as flood:
        yield _Nft(flood, namespace)
    namespace.close()


def _route(namespace: Namespace) -> None:
    """Have the far end's only way lead back to the near end."""
    netlink = namespace.netlink
    index = netlink.index(FAR)
    address = IPv4Interface(f"{balanced.SOURCE}/24")
    netlink.send([put_address(index, address), up(FAR)])
    netlink.send([put_neighbour(index, GATEWAY, balanced.GATEWAY_MAC.hex(":"))])
    netlink.send([put_route(index, EVERYWHERE, GATEWAY)])
