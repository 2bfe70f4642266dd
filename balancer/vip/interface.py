"""What the machine says of the interface that the balancer stands on."""

from ..errors import Unsupported
from ..wire.ethernet import mac_octets
from .config import BalancerTable
from .encapsulate import MIN_MTU
from .tables import Options
from .xdp import hardware_address, mtu_of


def interface_options(table: BalancerTable) -> Options:
    """Return what the data plane is told of the interface it stands on.

    Raises:
        Unsupported: there is no such interface, or its packets are too small.
    """
    mtu = mtu_of(table.interface)
    if mtu < MIN_MTU:
        what = f"MTU {mtu} of {table.interface}"
        raise Unsupported(what, f"outer packets of {MIN_MTU} octets must fit")
    return Options(
        source=table.source,
        mtu=mtu,
        mac=hardware_address(table.interface),
        gateway_mac=mac_octets(table.gateway_mac),
        limits=table.limits(),
    )
