"""From captured packets to a row about one way of forwarding. No I/O."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from balancer.errors import WireError
from balancer.model import Address, Protocol
from balancer.wire import ethernet

from ..packets.peeled import Packet
from .likeness import Likeness, likeness, offered_mss, tcp_of
from .probe import Passed
from .target import Target
from .transfers import Transfer

# Octets of a connection that a health check stays below, and a download is beyond.
SHORT = 10_000


@dataclass(frozen=True, slots=True)
class ForwardingRow:
    """One way of forwarding, in one family; lengths in octets of IP.

    Args:
        mode: of ours, or another product's name; `is_ours` tells.
        family: 4 or 6.
        fetched: transfers that were whole, of `asked`.
        downloads: large ones; `delivered` are octets of their bodies.
        carried: octets on the balancer's link meanwhile, in both directions.
        forwarded: packets that it sent to backends for them.
        replies: packets to the client that were on that link.
        overhead_least: octets in front of packets to backends, and at most.
        sent: packets of one connection by the client; `same` of them at the backend
            but for the TTL.
        kept: what is the same in their SYNs, as a list.
        hops: by how much the TTL is less.
        wrong_sums: TCP checksums that are wrong at the backend.
        mss: the largest segment that the backend asks for.
        largest: packet that the balancer sends on, 0 for none: it ends connections.
        refused: packets that were answered as too big; `told_least` is the MTU told.
        lost: packets with neither end.
        uploaded: whether an upload arrived as segments fit, and `uploaded_full` with
            segments of 1500 octets; then `full_refused` were answered as too big.
        connect_ms: median time of the handshake; `answer_ms` of a small answer.
    """

    mode: str
    is_ours: bool
    family: int
    asked: int
    fetched: int
    downloads: int
    delivered: int
    carried: int
    forwarded: int
    replies: int
    overhead_least: int
    overhead_most: int
    sent: int
    same: int
    kept: str
    hops: int
    wrong_sums: int
    mss: int
    largest: int
    refused: int
    told_least: int
    told_most: int
    lost: int
    uploaded: bool
    uploaded_full: bool
    full_refused: int
    connect_ms: float
    answer_ms: float

    @property
    def share(self) -> float:
        """Octets that the balancer carries for each octet delivered."""
        return self.carried / self.delivered if self.delivered else 0.0


@dataclass(frozen=True, slots=True)
class Downloads:
    """Large answers, and the packets on the balancer's link meanwhile."""

    transfers: Sequence[Transfer]
    at_balancer: Sequence[Packet]


@dataclass(frozen=True, slots=True)
class Single:
    """One connection at both ends, what became of packets of every length, an upload.

    Args:
        probe: the connection.
        at_client: packets there; `at_backends` at any of them.
        passed: what became of packets of every length.
        upload: in segments as the backend asks for.
    """

    probe: Transfer
    at_client: Sequence[Packet]
    at_backends: Sequence[Packet]
    passed: Passed
    upload: Transfer


@dataclass(frozen=True, slots=True)
class Full:
    """An upload in segments as long as links carry; packets answered as too big."""

    upload: Transfer
    refused: int


@dataclass(frozen=True, slots=True)
class Found:
    """All that was measured of a target; `timed` are small transfers."""

    timed: Sequence[Transfer]
    downloads: Downloads
    single: Single
    full: Full


def row_of(target: Target, found: Found, token: bytes) -> ForwardingRow:
    """Return the row; `token` is in the request of the probe alone."""
    large, single = found.downloads, found.single
    fetched = (*found.timed, *large.transfers)
    client = target.client_address
    mine = _of_downloads(large.at_balancer, client)
    sent_on = [it for it in mine if not it.frame.to_host and it.destination != client]
    overheads = [it.overhead for it in sent_on]
    alike = _likeness(target, single, token)
    passed = single.passed
    return ForwardingRow(
        mode=target.mode,
        is_ours=target.is_ours,
        family=target.vip.version,
        asked=len(fetched),
        fetched=sum(it.status == 200 for it in fetched),
        downloads=len(large.transfers),
        delivered=sum(it.body_length for it in large.transfers),
        carried=sum(it.frame.length - ethernet.SIZE for it in mine),
        forwarded=len(overheads),
        replies=sum(it.destination == client for it in mine),
        overhead_least=min(overheads, default=0),
        overhead_most=max(overheads, default=0),
        sent=alike.sent,
        same=alike.same,
        kept=", ".join(alike.aspects),
        hops=alike.hops,
        wrong_sums=alike.wrong_sums,
        mss=offered_mss(list(_flow_to(single.at_client, single.probe.port))),
        largest=passed.largest,
        refused=passed.refused,
        told_least=passed.told[0],
        told_most=passed.told[1],
        lost=passed.lost,
        uploaded=single.upload.status == 200,
        uploaded_full=found.full.upload.status == 200,
        full_refused=found.full.refused,
        connect_ms=_median([it.connect_ms for it in found.timed if it.status]),
        answer_ms=_median([it.answer_ms for it in found.timed if it.status]),
    )


def _of_downloads(found: Sequence[Packet], client: Address) -> list[Packet]:
    """Return the packets of connections of the client, or of somebody in its place.

    Who hides the client has a connection of its own to a backend; health checks have
    such ones too, but short ones.
    """
    carried = list(_tcp(found))
    octets: Counter[frozenset[object]] = Counter()
    for packet in carried:
        octets[_connection(packet)] += packet.length
    return [
        it
        for it in carried
        if client in (it.source, it.destination) or octets[_connection(it)] > SHORT
    ]


def _connection(packet: Packet) -> frozenset[object]:
    tcp = tcp_of(packet)
    return frozenset(
        ((packet.source, tcp.source_port), (packet.destination, tcp.destination_port))
    )


def _likeness(target: Target, found: Single, token: bytes) -> Likeness:
    sent = [
        it
        for it in _tcp(found.at_client)
        if not it.frame.to_host
        and it.destination == target.vip
        and tcp_of(it).source_port == found.probe.port
    ]
    came = [it for it in _tcp(found.at_backends) if it.frame.to_host]
    carrier = next((it for it in came if token in it.payload), None)
    got = [it for it in came if carrier is not None and _ends(it) == _ends(carrier)]
    return likeness(sent, got)


def _flow_to(packets: Sequence[Packet], port: int) -> Iterator[Packet]:
    """Yield what came at the client's port."""
    for packet in _tcp(packets):
        if packet.frame.to_host and tcp_of(packet).destination_port == port:
            yield packet


def _tcp(packets: Sequence[Packet]) -> Iterator[Packet]:
    for packet in packets:
        if packet.protocol != Protocol.TCP:
            continue
        try:
            tcp_of(packet)
        except WireError:
            continue
        yield packet


def _ends(packet: Packet) -> tuple[object, ...]:
    tcp = tcp_of(packet)
    return packet.source, packet.destination, tcp.source_port, tcp.destination_port


def _median(values: Sequence[float]) -> float:
    return median(values) if values else 0.0
