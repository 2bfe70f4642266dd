"""A datacenter under change: balancers set anew, taken away, flooded, and watched."""

import random
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from balancer.model import FiveTuple
from balancer.vip.seeing.live_tables import read_flows
from topo.lab.paths import role_folder
from topo.netlink import Netlink, down, up
from topo.netlink.namespace import inside
from topo.render.toml import to_toml
from topo.render.vip import vip_config
from topo.wait import until
from topo.world.hosts import INTERFACE
from topo.world.plan import Anycast, Host, Role
from topo.world.records import Service

from ..packets.capture import Port, capturing
from .flood import packets, send
from .forecast import BY_FLOW, CHANCE, TRANSLATED
from .setting import Setting, with_setting
from .tally import Places, seen_at

if TYPE_CHECKING:
    from topo.lab.lab import Lab

# Flows of a flood, after which balancers are asked whom they know: a switch in user
# space loses what comes faster than 10,000 new flows a second.
ROUND = 400
FLOOD_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A datacenter of a running lab, and a client."""

    lab: "Lab"
    site: str
    client: Host
    balancers: tuple[Host, ...]
    backends: tuple[str, ...]

    def vips(self) -> Iterator[tuple[Service, Anycast]]:
        """Yield each service with its VIP here."""
        for service in self.lab.world.services:
            yield service, self.lab.plan.vip(service.name, self.site)

    def put(self, setting: Setting) -> None:
        """Have every balancer read a vip.toml with this setting.

        Raises:
            FrontlabError: a balancer refuses.
        """
        for host in self.balancers:
            config = tomllib.loads(vip_config(self.lab.plan, host))
            path = role_folder(host.name) / "vip.toml"
            path.write_text(to_toml(with_setting(config, setting)))
            self.lab.order(host.name, "reload")
        until("all backends are checked", lambda: self._all_healthy(setting))

    def watch(self, act: Callable[[], None]) -> Places:
        """Return at which balancer each flow's latest packet arrived during `act`.

        Raises:
            OSError: captures missed some.
        """
        with capturing(Port(it.name, it.port) for it in self.balancers) as capture:
            act()
        if capture.lost:
            raise OSError(f"captures at balancers missed {capture.lost} frames")
        return seen_at(capture.frames)

    @contextmanager
    def without(self, balancer: Host) -> Iterator[None]:
        """Keep a balancer out of ECMP, by its port at the switch, until exit."""
        with Netlink() as netlink:
            netlink.send([down(balancer.port)])
            try:
                yield
            finally:
                netlink.send([up(balancer.port)])

    def flood(self, flows: Iterable[FiveTuple], source: random.Random) -> None:
        """Send packets until no balancer's flow table knows one of the flows.

        How many it has evicted would not tell: the kernel's LRU lets go of what came
        last before it lets go of connections that were used.

        Raises:
            TimeoutError: they do not forget.
        """
        wanted = frozenset(flows)
        vips = [
            (vip.address4, service.port)
            for service, vip in self.vips()
            if label_of(service) in BY_FLOW
        ]

        def is_done() -> bool:
            send(self.lab, self.client.name, packets(vips, ROUND, source))
            return not any(wanted & known for known in self._remembered())

        if wanted:
            what = f"flow tables forget {len(wanted)} flows"
            until(what, is_done, FLOOD_WITHIN_S)

    def _all_healthy(self, setting: Setting) -> bool:
        states = [self.lab.status(it.name)["backends"] for it in self.balancers]
        healthy = [{name for name in some if some[name]["healthy"]} for some in states]
        return all(names == set(setting.backends) for names in healthy)

    def _remembered(self) -> Iterator[frozenset[FiveTuple]]:
        """Yield whom each balancer's flow table knows."""
        for host in self.balancers:
            with inside(host.name):
                yield read_flows(INTERFACE)


def label_of(service: Service) -> str:
    """Return what rows say of a service: its tracking, or what else it has."""
    if service.second_chance:
        return CHANCE
    return TRANSLATED if service.forwarding == TRANSLATED else service.tracking


def stage_in(lab: "Lab") -> Stage:
    """Return the first datacenter of a lab, and the first client."""
    site = lab.world.datacenters[0].site
    client = next(it for it in lab.plan.hosts if it.role is Role.CLIENT)
    backends = tuple(it.name for it in lab.plan.hosts_at(site, Role.BACKEND))
    return Stage(lab, site, client, lab.plan.hosts_at(site, Role.BALANCER), backends)
