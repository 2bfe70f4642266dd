"""The relay's loop: one timer, all sockets, and the order in which they are served."""

import select
import socket
import time
from collections.abc import Callable

from balancer.errors import FrontlabError
from topo.closing import close_together

from .direction import Direction, Gone, Scratch
from .link import Link
from .pace import Pace, Rest
from .syscalls import Timer, run_in_real_time, run_in_turn
from .urgency import Urgency

CLOSE_TOGETHER_NS = 10_000
CLOCK_TRIES = 4
CALIBRATION_ROUNDS = 40
CALIBRATION_WAIT_NS = 400_000
# From the wakeup to the packet's own stamp at the far end: Python and the kernel.
SEND_COST_NS = 25_000


class Relay:
    """All links of the relay, and the loop that serves them.

    Arrivals are watched by an epoll of their own, inside the main one: so that the
    main one can leave them alone for a while at the cost of one call.
    """

    def __init__(self) -> None:
        self._main, self._arrivals = select.epoll(), select.epoll()
        self._timer = Timer()
        self._main.register(self._timer, select.EPOLLIN | select.EPOLLET)
        self._main.register(self._arrivals, select.EPOLLIN)
        self._watching = True
        self._scratch = Scratch.create()
        self._links: dict[tuple[str, str], Link] = {}
        self._by_descriptor: dict[int, tuple[Direction, Link]] = {}
        self._waiting: dict[Direction, Link] = {}
        self._rest, self._urgency = Rest(), Urgency()
        run_in_real_time()
        self._pace = Pace(self._calibrated_ns())

    def add(self, link: Link) -> None:
        """Begin to carry the packets of `link`."""
        self._links[link.a, link.b] = link
        for end, direction in zip(
            link.sockets, (link.forward, link.backward), strict=True
        ):
            self._by_descriptor[end.fileno()] = direction, link
            self._arrivals.register(end, select.EPOLLIN)
        self.links_changed()

    def remove(self, link: Link) -> None:
        """Forget `link` and the packets on it."""
        del self._links[link.a, link.b]
        for end, direction in zip(
            link.sockets, (link.forward, link.backward), strict=True
        ):
            self._arrivals.unregister(end)
            del self._by_descriptor[end.fileno()]
            self._waiting.pop(direction, None)
        link.close()
        self.links_changed()

    def close(self) -> None:
        """Give the sockets of all links back."""
        ends = [end for link in self._links.values() for end in link.sockets]
        close_together([end.detach() for end in ends])

    def link(self, a: str, b: str) -> Link:
        """Return the link between two interfaces; FrontlabError when there is none."""
        if (a, b) not in self._links:
            raise FrontlabError(f"no link between {a} and {b}")
        return self._links[a, b]

    def links(self) -> tuple[Link, ...]:
        """Return all links."""
        return tuple(self._links.values())

    def links_changed(self) -> None:
        """Adapt to the delays that the links have now."""
        delays_ms = [link.least_delay_ms for link in self._links.values()]
        self._rest.allow(min(delays_ms, default=0.0))

    def run(self, control: socket.socket, serve: Callable[[], bool]) -> None:
        """Carry packets; `serve` is called when `control` is readable, until false."""
        self._main.register(control, select.EPOLLIN)
        while True:
            self._arm()
            ready = {descriptor for descriptor, _ in self._main.poll()}
            now_ns = time.monotonic_ns()
            if self._timer.descriptor in ready:
                self._timer.expired()
            if control.fileno() in ready and not serve():
                return
            if self._arrivals.fileno() in ready or self._rested(now_ns):
                self._receive(now_ns)
            self._release(now_ns)
            if self._urgency.due(now_ns):
                self._leave_room(now_ns)

    def _leave_room(self, now_ns: int) -> None:
        if self._urgency.judge(now_ns, time.process_time_ns()):
            (run_in_real_time if self._urgency.real_time else run_in_turn)()

    def _arm(self) -> None:
        times_ns = []
        if self._waiting:
            first_ns = min(direction.next_ns() for direction in self._waiting)
            times_ns.append(max(self._pace.wake_at(first_ns), 1))
        if not self._watching:
            times_ns.append(self._rest.until_ns)
        self._timer.arm(min(times_ns, default=0))

    def _rested(self, now_ns: int) -> bool:
        return not self._watching and now_ns >= self._rest.until_ns

    def _receive(self, now_ns: int) -> None:
        to_monotonic_ns = _realtime_to_monotonic_ns()
        ready = self._arrivals.poll(0)
        for descriptor, _ in ready:
            direction, link = self._by_descriptor.get(descriptor, (None, None))
            if direction is None or link is None:
                continue  # Its link went away in this very turn.
            try:
                direction.receive(self._scratch, to_monotonic_ns)
            except Gone:
                self._gone(link)
                continue
            if len(direction):
                self._waiting[direction] = link
        if ready:
            self._rest.arrived(now_ns)
        self._watch(not (ready and self._rest.until_ns))

    def _watch(self, watching: bool) -> None:
        if watching != self._watching:
            self._main.modify(self._arrivals, select.EPOLLIN if watching else 0)
            self._watching = watching

    def _release(self, now_ns: int) -> None:
        if not self._waiting:
            return
        until_ns = self._pace.horizon(now_ns)
        awaited = self._pace.exact and now_ns >= self._pace.wake_ns
        for direction, link in list(self._waiting.items()):
            if direction.next_ns() > until_ns:
                continue
            self._pace.released(now_ns)
            aimed = awaited and direction.next_ns() == self._pace.aimed_ns
            self._send(direction, link, until_ns, aimed)

    def _send(
        self, direction: Direction, link: Link, until_ns: int, aimed: bool
    ) -> None:
        try:
            late_ns = direction.send(self._scratch, until_ns, time.monotonic_ns)
        except Gone:
            self._gone(link)
            return
        if aimed and late_ns is not None:
            self._pace.learn(late_ns)
        if not len(direction):
            del self._waiting[direction]

    def _gone(self, link: Link) -> None:
        # An interface that is only down reports it once, and may come back.
        if (link.a, link.b) in self._links and not link.exists():
            self.remove(link)

    def _calibrated_ns(self) -> int:
        """Return the median time from a timer's expiry to a packet on the wire."""
        late_ns = []
        for _ in range(CALIBRATION_ROUNDS):
            at_ns = time.monotonic_ns() + CALIBRATION_WAIT_NS
            self._timer.arm(at_ns)
            self._main.poll()
            late_ns.append(time.monotonic_ns() - at_ns)
            self._timer.expired()
        return sorted(late_ns)[len(late_ns) // 2] + SEND_COST_NS


def _realtime_to_monotonic_ns() -> int:
    """Return what turns a CLOCK_REALTIME stamp into monotonic time, to 10 us.

    Asked anew for every turn, so that a step of the clock moves no packet.
    """
    offset_ns = 0
    for _ in range(CLOCK_TRIES):
        before_ns = time.monotonic_ns()
        real_ns = time.time_ns()
        after_ns = time.monotonic_ns()
        offset_ns = (before_ns + after_ns) // 2 - real_ns
        if after_ns - before_ns < CLOSE_TOGETHER_NS:
            break
    return offset_ns
