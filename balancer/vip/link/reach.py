"""Whether the machine can forward as it is asked to: who is in reach; no I/O."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Interface

from ...config import Mistake
from ...model import Forwarding
from ..nat.ports import port_range, why_not
from ..settings.config import BackendTable, VipConfig


def find_strangers(
    config: VipConfig, addresses: Sequence[IPv4Interface]
) -> Iterator[Mistake]:
    """Yield the backends that a VIP forwards to by "l2", and that cannot be reached so.

    Args:
        config: what is asked for.
        addresses: those of the balancer's interface.
    """
    for index, pool in enumerate(config.pool):
        vips = (vip for vip in config.vip if vip.pool == pool.name)
        vip = next((v for v in vips if v.mode() is Forwarding.L2), None)
        for number, backend in enumerate(pool.backend if vip else ()):
            why = _why_not(config.balancer.interface, backend, addresses)
            if vip and why:
                what = f"{why}, and VIP {vip.name!r} forwards to it by l2"
                yield Mistake(f"pool[{index}].backend[{number}].address", what)


def find_shared_ports(config: VipConfig, own: range) -> Iterator[Mistake]:
    """Yield what is wrong with the ports of translated flows.

    Args:
        config: what is asked for.
        own: the ports that this machine takes for its own connections.
    """
    if why := why_not(port_range(config.balancer.nat_ports), own):
        yield Mistake("balancer.nat_ports", why)


def _why_not(
    interface: str, backend: BackendTable, addresses: Sequence[IPv4Interface]
) -> str:
    if any(backend.address == own.ip for own in addresses):
        return f"{backend.address} of {backend.name!r} is the balancer's own"
    if any(backend.address in own.network for own in addresses):
        return ""
    networks = ", ".join(str(own.network) for own in addresses) or "it has none"
    return (
        f"{backend.address} of {backend.name!r} is in no network of {interface} "
        f"({networks})"
    )
