"""What the controller knows and what follows from it: events in, changes out.

No sockets and no framework. Nothing is changed before every switch has told its
ports and flows once: what unknown ports hide could make a good old route worse.
After that a switch that is away is taken to be as it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .change import Change, change, recognise
from .fabric import Fabric, Membership, Outages, Port, Wire
from .flows import desired_flows
from .openflow import Choose, Flow, Output, OutputElsewhere, cookie_of, ports_of


@dataclass(frozen=True, slots=True)
class PortState:
    """A switch port as its switch tells it; down ones keep their number."""

    number: int
    up: bool


@dataclass(slots=True)
class _Switch:
    """What is known of one switch; `have` is None until its flows were read."""

    ports: dict[str, PortState] = field(default_factory=dict)
    have: frozenset[Flow] | None = None
    strange: frozenset[int] = frozenset()
    seen: bool = False

    @property
    def numbers(self) -> dict[str, int]:
        return {name: port.number for name, port in self.ports.items()}

    def disown(self, port: str) -> None:
        """Take the flows that mention `port` for strange: its number changes."""
        if self.have is None:
            return
        stale = {flow for flow in self.have if port in ports_of(flow)}
        self.have -= stale
        self.strange |= {cookie_of(flow, self.numbers) for flow in stale}


class Core:
    """The state of the fabric, and the flows that it asks for."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.recomputes = 0
        self._switches = {router.site: _Switch() for router in fabric.routers}
        self._ports = fabric.ports()
        self._outages = Outages()
        self._wanted: dict[str, frozenset[Flow]] = {}
        self._recompute()

    @property
    def complete(self) -> bool:
        """Whether every switch has told its ports and flows at least once."""
        return all(switch.seen for switch in self._switches.values())

    def ports_told(self, site: str, ports: Mapping[str, PortState]) -> None:
        """The switch of `site` has connected, and has these ports."""
        switch = self._switches[site]
        switch.ports, switch.have = dict(ports), None
        self._update_down(
            site, {port.name for port in self._ports if port.site == site}
        )

    def cookies_told(self, site: str, cookies: Iterable[int]) -> None:
        """The switch of `site` has flows with these cookies."""
        switch = self._switches[site]
        switch.have, switch.strange = recognise(
            frozenset(cookies), self._possible(site), switch.numbers
        )
        switch.seen = True

    def port_told(self, site: str, name: str, state: PortState | None) -> None:
        """A port of `site` has changed; None means that it is no more."""
        switch = self._switches[site]
        before = switch.ports.get(name)
        if (before and before.number) != (state and state.number):
            switch.disown(name)
        switch.ports.pop(name, None)
        if state is not None:
            switch.ports[name] = state
        self._update_down(site, {name})

    def withdrawn_told(self, withdrawn: tuple[Membership, ...]) -> None:
        """These members, and no others, ask not to be sent anything, since in order."""
        if withdrawn != self._outages.withdrawn:
            self._outages = replace(self._outages, withdrawn=withdrawn)
            self._recompute()

    def left(self, site: str) -> None:
        """The switch of `site` is no longer connected; its flows still work."""
        self._switches[site].have = None

    def changes(self) -> dict[str, Change]:
        """Return what is to be sent now, by site, and take it as done."""
        if not self.complete:
            return {}
        found = {site: self._change(site) for site in self._switches}
        return {site: change for site, change in found.items() if change}

    def numbers(self, site: str) -> dict[str, int]:
        """Return the numbers of the site's ports by name."""
        return self._switches[site].numbers

    def is_settled(self, site: str) -> bool:
        """Whether the site's switch is connected and has been sent its flows."""
        return self.complete and self._switches[site].have is not None

    def flow_count(self, site: str) -> int:
        """How many flows the site's switch has from us, as far as is known."""
        return len(self._switches[site].have or ())

    def group_count(self, site: str) -> int:
        """How many of them spread an address over several members."""
        return sum(
            isinstance(action, Choose)
            for flow in self._switches[site].have or ()
            for action in flow.actions
        )

    def wires_down(self) -> list[Wire]:
        """Return the wires of which an end is down."""
        down = self._outages.down
        return [w for w in self.fabric.wires if not down.isdisjoint(w.ends)]

    @property
    def withdrawn(self) -> tuple[Membership, ...]:
        """Members that asked not to be sent anything, who did so first in front."""
        return self._outages.withdrawn

    def _change(self, site: str) -> Change:
        switch = self._switches[site]
        if switch.have is None:
            return Change()
        want = self._possible(site)
        found = change(switch.have, want, switch.numbers)
        removed = sorted({*found.remove, *switch.strange})
        switch.have, switch.strange = want, frozenset()
        return Change(found.add, tuple(removed))

    def _possible(self, site: str) -> frozenset[Flow]:
        """The wanted flows without those that would go out of ports not there."""
        there = self._switches[site].ports.keys()
        return frozenset(
            flow
            for flow in self._wanted[site]
            if all(
                it.port in there
                for it in flow.actions
                if isinstance(it, Output | OutputElsewhere)
            )
        )

    def _update_down(self, site: str, names: Iterable[str]) -> None:
        ports = self._switches[site].ports
        changed = {Port(site, name) for name in names} & self._ports
        now_down = {
            port
            for port in changed
            if port.name not in ports or not ports[port.name].up
        }
        down = (self._outages.down - changed) | now_down
        if down != self._outages.down:
            self._outages = replace(self._outages, down=down)
            self._recompute()

    def _recompute(self) -> None:
        self._wanted = desired_flows(self.fabric, self._outages)
        self.recomputes += 1
