"""A plan as a running Mininet network."""

from balancer.errors import Unsupported

from ..links import WanBackend
from ..netlink import Netlink
from ..world.plan import Attachment, Host, Plan, Role
from .network import LabController, LabNet
from .world_topo import WorldTopo


def build_net(
    plan: Plan, wan: WanBackend, datapath: str, controller: tuple[str, int]
) -> LabNet:
    """Make the plan's hosts, switches and links inside this sandbox, and start them.

    Args:
        plan: the plan.
        wan: makes the wide-area links.
        datapath: Open vSwitch's datapath type, "netdev" or "system".
        controller: address and port where the switches find their controller.
    """
    net = LabNet(WorldTopo(plan, wan, datapath))
    ip, port = controller
    net.addController("c0", controller=LabController, ip=ip, port=port)
    net.start()
    receive_from_xdp(
        [host.port for host in plan.hosts if _may_answer_in_xdp(plan, host)]
    )
    return net


def _may_answer_in_xdp(plan: Plan, host: Host) -> bool:
    match host.role:
        case Role.NAMESERVER:
            return plan.world.datacenter(host.site).nameserver_xdp
        case Role.BACKEND if any(it.second_chance for it in plan.world.services):
            return True
    return host.attachment is not Attachment.LAN


class AdoptedNet(LabNet):
    """A second view of a network, which outlives it."""

    def stop(self) -> None:
        """End this view's shells, and nothing else."""
        for node in self.values():
            node.terminate()


def adopt_net(plan: Plan) -> LabNet:
    """Return Mininet's view of the plan's network, which exists already."""
    return AdoptedNet(WorldTopo(plan))


def receive_from_xdp(ports: list[str]) -> None:
    """Have `ports` take what an XDP program at their peer sends back (XDP_TX).

    A veth end drops such frames, uncounted, unless it has an XDP program too.
    """
    from balancer.kernel.xdp import attach_pass

    with Netlink() as netlink:
        for port in ports:
            try:
                attach_pass(port)
            except Unsupported:
                return  # Then the balancers have no native XDP either.
            # A program turns merging on, and a userspace switch would choke on it.
            netlink.gro_off(port)
