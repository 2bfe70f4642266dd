"""Round-trip times between sites: what the world asks against what packets need."""

import asyncio
import os
import socket
import statistics
import struct
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from topo.world.delay import RoundTrip
from topo.world.plan import Host, Plan, Role

from .probes import Asker

ECHO_REQUEST, ECHO_REPLY = 8, 0
# type, code, checksum, identifier, sequence number (RFC 792)
ICMP_ECHO = struct.Struct("!BBHHH")
# socket(7); Python has no name for it. The stamp is a struct timespec.
SO_TIMESTAMPNS = 35
TIMESPEC = struct.Struct("qq")
ANCILLARY_BYTES = 64
PACKET_BYTES = 256
PINGS = 20
WARM_UP = 4
PING_GAP_S = 0.01
LONGEST_GAP_S = 0.1
TOLERANCE_MS = 1.0
TOLERANCE_SHARE = 0.02
FAITHFUL_WITHIN_S = 15.0
# All at once would measure how busy the switches are.
PAIRS_AT_ONCE = 4


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
    asked: RoundTrip
    asker: Asker
    target: str


def probe_host(plan: Plan, site: str) -> Host:
    """Return the host that pings and is pinged for `site`; balancers are left out."""
    order = (Role.CLIENT, Role.RESOLVER, Role.NAMESERVER, Role.BACKEND)
    return min(
        (host for host in plan.hosts if host.site == site and host.role in order),
        key=lambda host: order.index(host.role),
    )


async def measure_pairs(
    pairs: Sequence[Pair], within_s: float = FAITHFUL_WITHIN_S
) -> tuple[MeasuredLink, ...]:
    """Ping every pair; ask again, one by one, those that miss their tolerance.

    A busy machine makes pings late, never early: a pair that is once faithful is
    faithful. One that is not after `within_s` seconds has a wrong link, or is on a
    machine that is too busy to trust.
    """
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + within_s
    at_once = asyncio.Semaphore(PAIRS_AT_ONCE)
    first = await asyncio.gather(*(_ping(pair, at_once) for pair in pairs))
    measured = {(link.a, link.b): link for link in first}
    waiting = deque(p for p in pairs if not measured[p.a, p.b].faithful)
    while waiting and loop.time() < deadline_s:
        pair = waiting.popleft()
        link = await _ping(pair, at_once)
        measured[pair.a, pair.b] = link
        if not link.faithful:
            waiting.append(pair)
    return tuple(measured[key] for key in sorted(measured))


async def _ping(pair: Pair, at_once: asyncio.Semaphore) -> MeasuredLink:
    with pair.asker.inside():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    with raw:
        raw.setblocking(False)
        raw.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        train = _Train(raw, pair.target, _identifier(pair))
        async with at_once:
            times_ms = await train.run(pair.asked)
    # The first pings pay for neighbour look-ups and new flows in the switches.
    measured_ms = typical_ms(times_ms[WARM_UP:], pair.asked.delivery)
    return MeasuredLink(pair.a, pair.b, pair.asked.mean_ms, measured_ms)


def typical_ms(times_ms: Sequence[float], delivery: float) -> float:
    """Return the median of what was answered, infinite ones being no answers.

    It is infinite when less than half of the share `delivery` was answered: such a
    link loses what it should not.
    """
    answered = [time_ms for time_ms in times_ms if time_ms != float("inf")]
    if len(answered) < max(1, delivery * len(times_ms) / 2):
        return float("inf")
    return statistics.median(answered)


def _identifier(pair: Pair) -> int:
    return (os.getpid() ^ hash((pair.a, pair.b))) & 0xFFFF


class _Train:
    """Echo requests one after another at a fixed pace, whatever comes back.

    The pace keeps an idle machine awake: its cores need up to 0.1 ms to wake up, at
    each of the eight or so processes' turns that a packet takes to and fro.
    """

    def __init__(self, raw: socket.socket, target: str, identifier: int) -> None:
        self._raw, self._target, self._identifier = raw, target, identifier
        self._sent_ns: list[int] = []
        self._times_ms = [float("inf")] * PINGS
        self._complete = asyncio.Event()

    async def run(self, asked: RoundTrip) -> list[float]:
        """Return each request's round-trip time, infinite when nothing came back."""
        loop = asyncio.get_running_loop()
        # No packet waits for the one before: jitter keeps their order.
        gap_s = max(PING_GAP_S, min(asked.jitter_ms / 1e3, LONGEST_GAP_S))
        timeout_s = (asked.rtt_ms * 1.5 + asked.jitter_ms) / 1e3 + 0.25
        loop.add_reader(self._raw, self._receive)
        try:
            for sequence in range(PINGS):
                self._send(sequence)
                await asyncio.sleep(gap_s)
            async with asyncio.timeout(timeout_s):
                await self._complete.wait()
        except TimeoutError:
            pass  # What is missing stays infinite, and the median tells.
        finally:
            loop.remove_reader(self._raw)
        return self._times_ms

    def _send(self, sequence: int) -> None:
        self._sent_ns.append(time.time_ns())
        request = echo_request(self._identifier, sequence)
        self._raw.sendto(request, (self._target, 0))

    def _receive(self) -> None:
        packet, ancillary, _, _ = self._raw.recvmsg(PACKET_BYTES, ANCILLARY_BYTES)
        sequence = replied_sequence(packet, self._identifier)
        if sequence is None or sequence >= len(self._sent_ns):
            return
        # The kernel's receive stamp: on a busy machine this process may get to read
        # the answer a millisecond after it came.
        passed_ns = _stamp_ns(ancillary) - self._sent_ns[sequence]
        self._times_ms[sequence] = passed_ns / 1e6
        if float("inf") not in self._times_ms:
            self._complete.set()


def _stamp_ns(ancillary: list[tuple[int, int, bytes]]) -> int:
    """Return the kernel's receive time in ns of CLOCK_REALTIME, or the time now."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = TIMESPEC.unpack_from(data)
            return int(seconds * 1_000_000_000 + nanoseconds)
    return time.time_ns()


def echo_request(identifier: int, sequence: int) -> bytes:
    """Return an ICMP echo request without payload (RFC 792)."""
    total = (ECHO_REQUEST << 8) + identifier + sequence
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    return ICMP_ECHO.pack(ECHO_REQUEST, 0, checksum, identifier, sequence)


def replied_sequence(packet: bytes, identifier: int) -> int | None:
    """Return which request of ours `packet`, with its IPv4 header, answers, or None."""
    start = (packet[0] & 15) * 4 if packet else 0
    if len(packet) < start + ICMP_ECHO.size:
        return None
    kind, _, _, got, sequence = ICMP_ECHO.unpack_from(packet, start)
    return int(sequence) if (kind, got) == (ECHO_REPLY, identifier) else None
