"""The vector files of balancer and backend, as records; `tests/vectors` has them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

from balancer.backend.strip import Rules
from balancer.model import (
    ALL_PORTS,
    Affinity,
    Backend,
    FiveTuple,
    Forwarding,
    Handling,
    Pool,
    Protocol,
    TooBig,
    Tracking,
    Vip,
)
from balancer.vip.nat.connection import Seen
from balancer.vip.nat.ports import port_range
from balancer.vip.nat.table import Translation
from balancer.vip.packets.packet import flow_of, parse_flow, parse_ip, skip_extensions
from balancer.vip.packets.quote import quoted_flow
from balancer.vip.pools.build import build_tables, serve
from balancer.vip.seeing.flow_text import parse_flow_text
from balancer.vip.tables.nat_limits import NatLimits
from balancer.vip.tables.options import Limits, Options
from balancer.vip.tables.tables import Tables
from balancer.wire import icmp
from balancer.wire.cursor import Cursor
from balancer.wire.ethernet import mac_octets

FOLDER = Path(__file__).parent / "vectors"
# The first has the tables for all.
BACKEND_FILES = ("backend.toml", "handed_on.toml")
BALANCER_FILES = (
    "balancer.toml",
    "all_ports.toml",
    "affinity.toml",
    "forwarding.toml",
    "layer2.toml",
    "nat.toml",
    "second_chance.toml",
)
LONG_S = 10_000.0  # longer than any translated flow may be silent
POOL, EMPTY_POOL = "www", "drained"


@dataclass(frozen=True, slots=True)
class Packet:
    """One named packet: what comes in, the state before, and what must come out.

    `before` has who was dead at each earlier state of the tables, `down` who is now;
    `idle` says that the tracked flow was unused for too long.
    """

    name: str
    frame: bytes
    verdict: str
    counter: str
    outputs: tuple[bytes, ...]
    before: tuple[tuple[str, ...], ...] = ()
    down: tuple[str, ...] = ()
    tracked: str | None = None
    idle: bool = False
    leaves: str | None = None
    translated: tuple[str, ...] = ()
    leaves_translated: tuple[str, ...] = ()


class Balancing:
    """The tables of the balancer's vectors."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.options = Options(
            source=IPv4Address(table["source"]),
            mtu=table["mtu"],
            limits=Limits(nat=_nat(table)),
            mac=mac_octets(table["mac"]),
            gateway_mac=mac_octets(table["gateway_mac"]),
            splits=True,
            forwardings=frozenset(map(_mode, table["handling"].values())),
            source6=IPv6Address(table["source6"]),
        )
        self.pools = (
            Pool(POOL, _backends(table, table["backends"], weight=1)),
            Pool(EMPTY_POOL, _backends(table, table["drained"], weight=0)),
        )
        served = [(place, POOL, {}) for place in table["vips"]]
        empty = [(place, EMPTY_POOL, {}) for place in table["vips_without_backend"]]
        special = [(place, POOL, how) for place, how in table["handling"].items()]
        self.vips = tuple(_vip(*each) for each in served + empty + special)
        self.names = [b.name for pool in self.pools for b in pool.backends]
        self.all_up = build_tables(self.options, self.pools, self.vips)
        self._made: dict[tuple[tuple[str, ...], ...], Tables] = {(): self.all_up}

    def translations(
        self, texts: Sequence[str], now_s: float
    ) -> dict[FiveTuple, Translation]:
        """Return translations by their answers, from "FLOW at BACKEND by PORT SEEN"."""
        return dict(self._translation(text, now_s) for text in texts)

    def _translation(self, text: str, now_s: float) -> tuple[FiveTuple, Translation]:
        told, _, rest = text.partition(" at ")
        name, _, port, seen, *silent = rest.split()
        flow, number = parse_flow_text(told), self.names.index(name)
        vip, entry = self.all_up.vip(flow), self.all_up.backends[number]
        used_s = now_s - LONG_S if silent else now_s
        translation = Translation(flow, number, vip.number, used_s, Seen(int(seen)))
        options = self.options
        there, ours = (
            (entry.address, options.source)
            if flow.version == 4
            else (entry.address6, options.source6)
        )
        ends = (flow.version, int(there), int(ours), flow.protocol)
        return FiveTuple(*ends, flow.destination_port, int(port)), translation

    def tables(self, *downs: tuple[str, ...]) -> Tables:
        """Return the tables after all were alive, and then these were dead in turn."""
        if downs not in self._made:
            self._made[downs] = self._after(downs[:-1], downs[-1])
        return self._made[downs]

    def _after(
        self, downs: tuple[tuple[str, ...], ...], down: tuple[str, ...]
    ) -> Tables:
        tables = self.tables(*downs)
        if down == (downs[-1] if downs else ()):
            return tables
        alive = frozenset(self.names) - frozenset(down)
        return serve(tables, self.pools, POOL, alive)


def read_balancer() -> tuple[Balancing, list[Packet]]:
    """Return the balancer's tables and packets, those of every mode of forwarding."""
    trees = [_read(name) for name in BALANCER_FILES]
    packets = [_packet(row) for tree in trees for row in tree["packet"]]
    return Balancing(trees[0]["tables"]), packets


def read_backend() -> tuple[Rules, list[Packet]]:
    """Return the backend's rules and packets."""
    trees = [_read(name) for name in BACKEND_FILES]
    table = trees[0]["rules"]
    rules = Rules(
        mac=mac_octets(table["mac"]),
        balancers=frozenset(map(ip_address, table["balancers"])),
        vips=frozenset(map(ip_address, table["vips"])),
        peers=frozenset(map(IPv4Address, table["peers"])),
    )
    return rules, [_packet(row) for tree in trees for row in tree["packet"]]


def read_connections() -> frozenset[FiveTuple]:
    """Return the connections that the backend of the vectors has."""
    texts = _read(BACKEND_FILES[0])["rules"]["connections"]
    return frozenset(map(parse_flow_text, texts))


def flow_in(frame: bytes) -> FiveTuple:
    """Return the flow of a balanced packet, or of what an ICMP error quotes."""
    packet = parse_ip(frame, int.from_bytes(frame[12:14], "big"))
    if packet.version == 6:
        packet = skip_extensions(packet, Cursor(frame, packet.l4_start, packet.end))
    if packet.fragment:
        return flow_of(packet, 0, 0)
    if packet.protocol == icmp.PROTOCOL[packet.version]:
        cursor = Cursor(frame, packet.l4_start + icmp.SIZE, packet.end)
        return quoted_flow(cursor, packet.version)
    return parse_flow(frame, packet)[0]


@cache  # the hexadecimal digits of hundreds of packets
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text())


def _packet(row: dict[str, Any]) -> Packet:
    frame = bytes.fromhex(row["input"])
    return Packet(
        name=row["name"],
        frame=frame,
        verdict=row["verdict"],
        counter=row["counter"],
        outputs=_outputs(row, frame),
        before=tuple(map(tuple, row.get("before", ()))),
        down=tuple(row.get("down", ())),
        tracked=row.get("tracked"),
        idle=row.get("idle", False),
        leaves=row.get("leaves"),
        translated=tuple(row.get("translated", ())),
        leaves_translated=tuple(row.get("leaves_translated", ())),
    )


def _outputs(row: dict[str, Any], frame: bytes) -> tuple[bytes, ...]:
    """Return what is to come out: one frame, or two of a packet that was split."""
    if "outputs" in row:
        return tuple(map(bytes.fromhex, row["outputs"]))
    return (bytes.fromhex(row["output"]) if "output" in row else frame,)


def _backends(
    table: dict[str, Any], addresses: dict[str, str], weight: int
) -> tuple[Backend, ...]:
    """Return backends; some have an IPv6 address too, or a hardware address."""
    six = {name: IPv6Address(text) for name, text in table["backends6"].items()}
    macs = {name: mac_octets(text) for name, text in table["macs"].items()}
    return tuple(
        Backend(name, ip_address(text), weight, six.get(name), macs.get(name))
        for name, text in addresses.items()
    )


def _nat(table: dict[str, Any]) -> NatLimits:
    ports = port_range(table["nat_ports"])
    return NatLimits(first_port=ports[0], ports=len(ports), flows=4096)


def _mode(how: dict[str, Any]) -> Forwarding:
    return Forwarding[how.get("forwarding", "gre").upper()]


def _vip(place: str, pool: str, how: dict[str, Any]) -> Vip:
    address, _, service = place.partition(" ")
    port, _, protocol = service.partition("/")
    kind = Protocol[protocol.upper()]
    handling = Handling(
        Tracking[how.get("tracking", "established").upper()],
        TooBig[how.get("too_big", "answer").upper()],
        how.get("mtu", 0),
        how.get("mss", 0),
        _mode(how),
        Affinity[how.get("affinity", "flow").upper()],
    )
    number = 0 if port == ALL_PORTS else int(port)
    return Vip(place, ip_address(address), number, kind, pool, handling)
