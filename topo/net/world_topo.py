"""A plan as a Mininet topology: which nodes there are and what joins them."""

from functools import partial
from ipaddress import ip_interface
from typing import Any

from mininet.link import Link
from mininet.topo import Topo

from balancer.model import Address

from ..links import WanBackend
from ..world.addresses import link_local
from ..world.hosts import INTERFACE
from ..world.plan import Attachment, Host, Plan, Role, RouterPlan
from ..world.records import WanLink
from .host import Addressing, LabHost
from .link import AdoptedLink, LabIntf, LabLink
from .switch import LabBridge, LabSwitch

DATAPATHS = {"netdev": "user", "system": "kernel"}

# The controller speaks 1.3; groups that hash all five fields need words of 1.5.
PROTOCOLS = "OpenFlow13,OpenFlow15"


class WanCable(Link):
    """A link between two sites, made by the backend that emulates distance."""

    def __init__(
        self, *nodes: Any, wan: WanBackend, link: WanLink, **params: Any
    ) -> None:
        self._wan, self._link = wan, link
        super().__init__(*nodes, **{**params, "intf": LabIntf})

    def delete(self) -> None:
        """Have the backend take both ends away."""
        self._wan.remove(self.intf1.name, self.intf2.name)

    def makeIntfPair(self, intfname1: str, intfname2: str, *_: Any, **__: Any) -> None:
        """Have the backend make both ends."""
        self._wan.create(intfname1, intfname2, self._link)


class WorldTopo(Topo):
    """The hosts, switches and links of a plan.

    A site is an Open vSwitch bridge, its router, with a kernel bridge below it for
    all hosts but the balancers, which have switch ports of their own.

    Args:
        plan: the plan.
        wan: makes the wide-area links; None when the network exists already.
        datapath: Open vSwitch's datapath type, "netdev" or "system".
    """

    def build(
        self, plan: Plan, wan: WanBackend | None = None, datapath: str = "netdev"
    ) -> None:
        """Fill the topology; called by its constructor."""
        cable = LabLink if wan else AdoptedLink
        for router in plan.routers:
            self._add_router(router, cable, DATAPATHS[datapath])
        for host in plan.hosts:
            self._add_host(plan, host, cable, adopted=wan is None)
        for link in plan.world.links:
            cls = partial(WanCable, wan=wan, link=link) if wan else AdoptedLink
            a, b = plan.router(link.a), plan.router(link.b)
            names = {"intfName1": link.a_port, "intfName2": link.b_port}
            self.addLink(a.switch, b.switch, cls=cls, **names)

    def _add_router(self, router: RouterPlan, cable: type, datapath: str) -> None:
        self.addSwitch(
            router.switch,
            cls=LabSwitch,
            dpid=f"{router.dpid:016x}",
            datapath=datapath,
            failMode="secure",
            protocols=PROTOCOLS,
        )
        self.addSwitch(router.bridge, cls=LabBridge)
        names = {"intfName1": router.lan_port, "intfName2": router.lan_peer}
        self.addLink(router.switch, router.bridge, cls=cable, **names)

    def _add_host(self, plan: Plan, host: Host, cable: type, adopted: bool) -> None:
        router = plan.router(host.site)
        part = addressing(plan, host)
        self.addHost(host.name, cls=LabHost, addressing=part, adopted=adopted)
        on_lan = host.attachment is Attachment.LAN
        self.addLink(
            host.name,
            router.bridge if on_lan else router.switch,
            cls=cable,
            intfName1=INTERFACE,
            intfName2=host.port,
            addr1=host.mac,
        )


def addressing(plan: Plan, host: Host) -> Addressing:
    """Return how `host` takes part in the network.

    A host on a switch port that is not bridged shares its subnet with nobody: it has
    /32 and /128 addresses and sends everything to the gateway.
    """
    subnet, alone = host.subnet, host.attachment is Attachment.PORT
    lengths = (32, 128) if alone else (subnet.network4.prefixlen, 64)
    pairs = zip((host.address4, host.address6), lengths, strict=True)
    own = [ip_interface(f"{address}/{length}") for address, length in pairs]
    if _shares_lan(plan, host):
        # Without it a neighbour is never asked for on behalf of a VIP on loopback.
        own.append(ip_interface(f"{link_local(host.mac)}/64"))
    return Addressing(
        interfaces=tuple(own),
        gateways=(subnet.gateway4, subnet.gateway6),
        gateway_mac=plan.router(host.site).mac,
        resolver=_resolver(plan, host),
        # Switches send no ICMP that a packet is too big: hosts know it beforehand.
        mtu=min((link.mtu for link in plan.world.links), default=0),
    )


def _shares_lan(plan: Plan, host: Host) -> bool:
    shared = [it.site for it in plan.world.datacenters if it.shared_lan]
    return host.site in shared and host.role in (Role.BALANCER, Role.BACKEND)


def _resolver(plan: Plan, host: Host) -> Address | None:
    return plan.asked_by(host.network).address4 if host.role is Role.CLIENT else None
