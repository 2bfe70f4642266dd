"""Round-trip times between sites: what the world asks against what packets need."""

import asyncio
import os
import socket
import statistics
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass

from topo.world.plan import Host, Plan, Role

from .probes import Asker

ECHO_REQUEST = 8
# type, code, checksum, identifier, sequence number (RFC 792)
ICMP_ECHO = struct.Struct("!BBHHH")
PINGS = 5
PING_GAP_S = 0.03
TOLERANCE_MS = 1.0
TOLERANCE_SHARE = 0.02
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class MeasuredLink:
    """The round-trip time of a site pair in ms; `measured_ms` is a median of pings."""

    a: str
    b: str
    asked_ms: float
    measured_ms: float

    @property
    def error_ms(self) -> float:
        """Measured minus asked."""
        return self.measured_ms - self.asked_ms

    def as_json(self) -> dict[str, str | float | None]:
        """Return the record for `--json`; null for a pair that never answered."""
        answered = self.measured_ms != float("inf")
        return {
            "a": self.a,
            "b": self.b,
            "asked_ms": round(self.asked_ms, 3),
            "measured_ms": round(self.measured_ms, 3) if answered else None,
            "error_ms": round(self.error_ms, 3) if answered else None,
        }

    @property
    def faithful(self) -> bool:
        """Whether the error is within max(1 ms, 2 %)."""
        return abs(self.error_ms) <= max(TOLERANCE_MS, TOLERANCE_SHARE * self.asked_ms)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question: how far is `b` from `a`; `asker` stands at `a`."""

    a: str
    b: str
    asked_ms: float
    asker: Asker
    target: str


def probe_host(plan: Plan, site: str) -> Host:
    """Return the host that pings and is pinged for `site`; balancers are left out."""
    order = (Role.CLIENT, Role.RESOLVER, Role.NAMESERVER, Role.BACKEND)
    return min(
        (host for host in plan.hosts if host.site == site and host.role in order),
        key=lambda host: order.index(host.role),
    )


async def measure_pairs(pairs: Iterable[Pair]) -> tuple[MeasuredLink, ...]:
    """Ping every pair; pairs beyond tolerance are asked again, up to 4 rounds.

    A busy machine makes single pings late, never early: a pair that is once
    faithful is faithful, and one that never is has a wrong link.
    """
    waiting, done = list(pairs), []
    for round_number in range(ROUNDS):
        measured = (
            [await _ping(pair) for pair in waiting]
            if round_number
            else (await asyncio.gather(*(_ping(pair) for pair in waiting)))
        )
        last = round_number == ROUNDS - 1
        kept = [m for m in measured if m.faithful or last]
        done += kept
        waiting = [p for p, m in zip(waiting, measured, strict=True) if m not in kept]
        if not waiting:
            break
    return tuple(sorted(done, key=lambda link: (link.a, link.b)))


async def _ping(pair: Pair) -> MeasuredLink:
    identifier = (os.getpid() ^ hash((pair.a, pair.b))) & 0xFFFF
    timeout_s = pair.asked_ms / 1e3 * 1.5 + 0.25
    times_ms = []
    with pair.asker.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    with raw:
        raw.setblocking(False)
        for sequence in range(PINGS + 1):
            times_ms.append(
                await _echo(raw, pair.target, identifier, sequence, timeout_s)
            )
            await asyncio.sleep(PING_GAP_S)
    # The first ping pays for neighbour look-ups and new flows in the switches.
    return MeasuredLink(pair.a, pair.b, pair.asked_ms, statistics.median(times_ms[1:]))


async def _echo(
    raw: socket.socket, target: str, identifier: int, sequence: int, timeout_s: float
) -> float:
    """Return the round-trip time in ms, infinite when nothing came back."""
    loop = asyncio.get_running_loop()
    raw.sendto(echo_request(identifier, sequence), (target, 0))
    sent_s = time.perf_counter()
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                reply = await loop.sock_recv(raw, 256)
                if is_reply(reply, identifier, sequence):
                    return (time.perf_counter() - sent_s) * 1e3
    except TimeoutError:
        return float("inf")


def echo_request(identifier: int, sequence: int) -> bytes:
    """Return an ICMP echo request without payload (RFC 792)."""
    total = (ECHO_REQUEST << 8) + identifier + sequence
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return ICMP_ECHO.pack(ECHO_REQUEST, 0, checksum, identifier, sequence)


def is_reply(packet: bytes, identifier: int, sequence: int) -> bool:
    """Whether `packet`, with its IPv4 header, answers that echo request."""
    start = (packet[0] & 15) * 4 if packet else 0
    if len(packet) < start + ICMP_ECHO.size:
        return False
    kind, _, _, got_id, got_sequence = ICMP_ECHO.unpack_from(packet, start)
    return (kind, got_id, got_sequence) == (0, identifier, sequence)
