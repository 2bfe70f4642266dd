"""What the machine says of the interface that the balancer stands on."""

from pathlib import Path

from ...errors import Unsupported
from ...kernel.xdp import hardware_address, mtu_of
from ..settings.config import VipConfig
from ..tables.modes import min_mtu
from ..tables.options import Options

_OWN_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def own_ports() -> range:
    """Return the ports that this machine's connections get, if they ask for none."""
    first, last = map(int, _OWN_PORTS.read_text().split())
    return range(first, last + 1)


def interface_options(config: VipConfig) -> Options:
    """Return what the data plane is told of the interface it stands on.

    Raises:
        Unsupported: there is no such interface, or its packets are too small.
    """
    interface = config.balancer.interface
    mtu = mtu_of(interface)
    if mtu < (least := min_mtu(config.modes())):
        what = f"MTU {mtu} of {interface}"
        raise Unsupported(what, f"outer packets of {least} octets must fit")
    return config.options(mtu, hardware_address(interface))
