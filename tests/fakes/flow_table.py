"""A switch that executes flows on packets, and a fabric of them to send through.

A packet is a dictionary from OXM names to values. Open vSwitch's choice among
members is taken over in kind, not in number: rendezvous over the live indices.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from zlib import crc32

from controller.change import Change
from controller.core import Core, PortState
from controller.fabric import Fabric, Host, Port
from controller.openflow import (
    MEMBER,
    Action,
    Choose,
    DecrementTtl,
    Field,
    Flow,
    MemberIs,
    Move,
    Output,
    OutputBack,
    OutputElsewhere,
    SetField,
    Table,
    cookie_of,
)

Packet = dict[str, int | str]

MOST_HOPS = 64


class FakeSwitch:
    """Flow tables, and ports that are up or down."""

    def __init__(self, ports: Iterable[str]) -> None:
        self.numbers = {name: n for n, name in enumerate(sorted(ports), start=1)}
        self.up = set(self.numbers)
        self.flows: dict[object, tuple[int, Flow]] = {}
        self._sorted: dict[Table, list[Flow]] = {}

    def apply(self, change: Change) -> None:
        """Do as Open vSwitch does: adding replaces, removing goes by cookie."""
        for flow in change.add:
            self.flows[flow.place] = (cookie_of(flow, self.numbers), flow)
        for cookie in change.remove:
            for place, (other, _) in list(self.flows.items()):
                if other == cookie:
                    del self.flows[place]
        self._sorted = {}

    def cookies(self) -> set[int]:
        return {cookie for cookie, _ in self.flows.values()}

    def port_states(self) -> dict[str, PortState]:
        return {
            name: PortState(number, name in self.up)
            for name, number in self.numbers.items()
        }

    def receive(self, packet: Packet, in_port: str) -> list[tuple[str, Packet]]:
        """Return what goes out, and by which port."""
        packet = dict(packet)
        table: Table | None = Table.ROUTE
        sent: list[tuple[str, Packet]] = []
        while table is not None:
            flow = self._match(packet, table)
            if flow is None or not self._execute(flow, packet, in_port, sent):
                break
            table = flow.next_table
        return [(port, out) for port, out in sent if port in self.up]

    def _match(self, packet: Packet, table: Table) -> Flow | None:
        top: list[Flow] = []
        for flow in self._by_priority(table):
            if top and flow.priority < top[0].priority:
                break
            if all(_matches(it, packet) for it in flow.match):
                top.append(flow)
        assert len(top) < 2, f"OpenFlow leaves open which one matches: {top}"
        return top[0] if top else None

    def _by_priority(self, table: Table) -> list[Flow]:
        """Return the flows of a table, the highest priority first."""
        if table not in self._sorted:
            flows = [flow for _, flow in self.flows.values() if flow.table == table]
            self._sorted[table] = sorted(flows, key=lambda it: -it.priority)
        return self._sorted[table]

    def _execute(
        self,
        flow: Flow,
        packet: Packet,
        in_port: str,
        sent: list[tuple[str, Packet]],
    ) -> bool:
        """Carry the actions out; False when the packet is dropped half-way."""
        for action in flow.actions:
            match action:
                case Output(port):
                    sent.append((port, dict(packet)))
                case OutputElsewhere(port):
                    if port != in_port:
                        sent.append((port, dict(packet)))
                case OutputBack():
                    sent.append((in_port, dict(packet)))
                case _:
                    self._edit(action, packet)
            if packet.get("ttl") == 0:
                return False
        return True

    def _edit(self, action: Action, packet: Packet) -> None:
        match action:
            case SetField(field):
                packet[field.name] = field.value
            case Move(source, target):
                packet[target] = packet[source]
            case DecrementTtl():
                packet["ttl"] = int(packet["ttl"]) - 1
            case Choose(ports):
                packet[MEMBER] = self._choose(ports, packet)

    def _choose(self, ports: tuple[str, ...], packet: Packet) -> str:
        names = ("ip_proto", "source", "destination", "source_port", "target_port")
        flow = repr([packet.get(name) for name in names])
        live = [index for index, port in enumerate(ports) if port in self.up]
        ranked = [(crc32(f"{index} {flow}".encode()), index) for index in live]
        return ports[max(ranked)[1]] if ranked else ""


@dataclass(frozen=True)
class Trip:
    """Where a packet came out: at `host`, or nowhere; and which sites it crossed."""

    host: str | None
    sites: tuple[str, ...]
    packet: Packet


class FakeFabric:
    """Fake switches under the real core, wired as the fabric says."""

    def __init__(self, fabric: Fabric) -> None:
        self.fabric = fabric
        self.hosts = {host.name: host for host in fabric.hosts}
        self.switches = {
            router.site: FakeSwitch(
                port.name for port in fabric.ports() if port.site == router.site
            )
            for router in fabric.routers
        }
        self._peers: dict[Port, Port] = {}
        for wire in fabric.wires:
            a, b = wire.ends
            self._peers |= {a: b, b: a}
        self.restart()

    def restart(self) -> int:
        """Begin with a new core; return how many messages it then sends."""
        self.core = Core(self.fabric)
        for site, switch in self.switches.items():
            self.core.ports_told(site, switch.port_states())
            self.core.cookies_told(site, switch.cookies())
        return self.settle()

    def settle(self) -> int:
        count = 0
        for site, change in self.core.changes().items():
            self.switches[site].apply(change)
            count += len(change.add) + len(change.remove)
        return count

    def set_port(self, port: Port, up: bool, told: bool = True) -> int:
        """Bring a port up or down; unless `told`, only its switch knows."""
        switch = self.switches[port.site]
        (switch.up.add if up else switch.up.discard)(port.name)
        if not told:
            return 0
        self.core.port_told(port.site, port.name, switch.port_states()[port.name])
        return self.settle()

    def send(self, source: str, target: str, **fields: int | str) -> Trip:
        """Send an IP packet from a host by way of its gateway."""
        host = self.hosts[source]
        packet = ip_packet(host, self.router_mac(host.site), target) | fields
        return self.follow(packet, host.behind)

    def spread(
        self, source: str, target: str, flows: int, **fields: int | str
    ) -> Counter[str | None]:
        """Return how many of so many flows, each of a port, come to which host."""
        ports = range(20_000, 20_000 + flows)
        return Counter(
            self.send(source, target, source_port=port, **fields).host for port in ports
        )

    def router_mac(self, site: str) -> str:
        return next(it.mac for it in self.fabric.routers if it.site == site)

    def follow(self, packet: Packet, port: Port) -> Trip:
        """Follow a packet that enters by `port` until it comes out or is dropped."""
        sites = [port.site]
        while len(sites) < MOST_HOPS:
            sent = self.switches[port.site].receive(packet, port.name)
            assert len(sent) < 2, f"copied at {port.site}: {sent}"
            if not sent:
                return Trip(None, tuple(sites), packet)
            name, packet = sent[0]
            peer = self._peers.get(Port(port.site, name))
            if peer is None:
                return Trip(
                    self._host_at(port.site, name, packet), tuple(sites), packet
                )
            if peer.name not in self.switches[peer.site].up:
                return Trip(None, tuple(sites), packet)
            port = peer
            sites.append(port.site)
        raise AssertionError(f"a loop: {sites}")

    def _host_at(self, site: str, port: str, packet: Packet) -> str | None:
        for host in self.hosts.values():
            if host.behind == Port(site, port) and host.mac == packet["eth_dst"]:
                return host.name
        return None


def ip_packet(host: Host, router_mac: str, target: str) -> Packet:
    """Return a UDP packet from `host` to the address `target`."""
    version = ip_address(target).version
    source = next(str(it) for it in host.addresses if it.version == version)
    return {
        "eth_src": host.mac,
        "eth_dst": router_mac,
        "eth_type": 0x0800 if version == 4 else 0x86DD,
        f"ipv{version}_src": source,
        f"ipv{version}_dst": target,
        "source": source,
        "destination": target,
        "ip_proto": 17,
        "source_port": 40000,
        "target_port": 53,
        "ttl": 64,
    }


def _matches(part: Field | MemberIs, packet: Packet) -> bool:
    if isinstance(part, MemberIs):
        return packet.get(MEMBER) == part.port
    if part.name not in packet:
        return False
    if "/" not in str(part.value):
        return packet[part.name] == part.value
    if part.name == "eth_dst":
        address, mask = (mac_number(text) for text in str(part.value).split("/"))
        return mac_number(str(packet[part.name])) & mask == address
    return ip_address(packet[part.name]) in _network(part.value)


@cache  # few, and each is met thousands of times
def _network(value: int | str) -> IPv4Network | IPv6Network:
    return ip_network(value)


def mac_number(text: str) -> int:
    return int(text.replace(":", ""), 16)
