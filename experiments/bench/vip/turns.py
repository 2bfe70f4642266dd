"""The ways of a site's packets to its backends, to be taken in turns: ours, and NAT."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial

from balancer.backend.decap import open_decapsulation
from balancer.backend.network import leave_room, own_vips
from balancer.backend.strip import Rules
from balancer.kernel.objects import loaded
from balancer.kernel.xdp import PASS, Attachment, XdpMode, hardware_address, mtu_of
from balancer.model import Forwarding
from balancer.vip.tables.modes import OVERHEAD
from balancer.vip.xdp.datapath import open_datapath
from topo.netlink import Namespace

from . import balanced, nft
from .site import (
    ADDRESSES,
    BACKENDS,
    BALANCER,
    CLIENT,
    COUNT,
    DEVICE,
    PORT,
    ROUTER,
    VIP,
    Site,
)

OURS = "ours"
Turn = Callable[[], AbstractContextManager[None]]


@contextmanager
def turns(site: Site) -> Iterator[dict[str, Turn]]:
    """Yield both ways, each a context in which packets go that way."""
    # XDP sends on what it gets, and a checksum left for hardware is none.
    site.hosts[CLIENT].netlink.tx_checksum_off(DEVICE)
    with ExitStack() as opened:
        placed = list(_programs(site, opened))
        with site.hosts[BALANCER].inside():
            nft.balance_by_nat(nft.rules(VIP, PORT, ADDRESSES))
        yield {OURS: partial(_attached, placed), nft.NAME: nullcontext}


_Placed = tuple[Namespace, str, int]  # where, the interface, the program


def _programs(site: Site, opened: ExitStack) -> Iterator[_Placed]:
    """Load all that our way needs; nothing is attached yet."""
    passing = opened.enter_context(loaded(PASS))
    yield site.hosts[ROUTER], BALANCER, passing.programs["pass"]
    datapath = opened.enter_context(open_datapath(balanced.tables(backends=COUNT)))
    yield site.hosts[BALANCER], DEVICE, datapath.programs["vip"]
    for name in BACKENDS:
        host = site.hosts[name]
        with host.inside():
            own_vips([VIP])
            leave_room(mtu_of(DEVICE), OVERHEAD[Forwarding.GRE])
            mac = hardware_address(DEVICE)
        rules = Rules(mac, frozenset([balanced.SOURCE]), frozenset([VIP]))
        decap = opened.enter_context(open_decapsulation(rules))
        yield host, DEVICE, decap.programs["decap"]


@contextmanager
def _attached(placed: list[_Placed]) -> Iterator[None]:
    with ExitStack() as taken:
        for where, interface, program in placed:
            taken.enter_context(_attached_in(where, interface, program))
        yield


@contextmanager
def _attached_in(where: Namespace, interface: str, program: int) -> Iterator[None]:
    attachment = Attachment(interface, XdpMode.NATIVE)
    with where.inside():
        attachment.put(program)
    try:
        yield
    finally:
        with where.inside():
            attachment.remove()
