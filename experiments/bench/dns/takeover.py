"""How long clients are without an answer when the nameserver that they reach fails."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from experiments.kit.clients.lookups import Lookups
from experiments.kit.clients.steady import SETTLE_S, Asker, look_up
from topo.lab.lab import Lab
from topo.lab.roles import CONTROLLER, nameserver_role
from topo.lab.start import Options, open_lab, start
from topo.run import run as run_command
from topo.wait import until
from topo.world.plan import Role
from topo.world_file import load_world

from ..figure import Figure
from ..inside import Marks, time_inside

WORLD, SITE, OTHER = "duo", "fra", "iad"
SERVER, MEMBER = f"{SITE}-ns", f"nameserver/{SITE}-ns"
KILLED, HUNG, CUT_OFF = "nameserver killed", "nameserver hung", "its backends cut off"
ROUNDS = {KILLED: 5, HUNG: 3, CUT_OFF: 2}
GAP_TARGET_S = 1.0
# What a failure does to look-ups is told of those that are asked so soon after it.
WINDOW_S = 5.0
# The shortest time after which RFC 1035, 4.2.1, would have anyone ask again.
RETRY_S = 2.0
# Who asked more slowly while nobody answers would count fewer failures than there are.
NEVER_SLOW = 1 << 16
SEEN_WITHIN_S, WITHIN_S = 60.0, 600
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a failure did to each client of the site, and to those of the other site."""

    failed_s: float
    near: Sequence[Lookups]
    far: Sequence[Lookups]

    @property
    def gaps_s(self) -> list[float]:
        """The longest gap of each client of the site."""
        return [lookups.gap_s for lookups in self.near]

    @property
    def moved_s(self) -> float:
        """The time until the last of them was answered by the other site."""
        return max(it.first_heard_s(OTHER) for it in self.near) - self.failed_s

    @property
    def once(self) -> float:
        """Per cent of the site's look-ups that failed, asked once."""
        return self._share(lambda it, *window: it.failed(*window))

    @property
    def twice(self) -> float:
        """Per cent that failed for who asks once more."""
        return self._share(lambda it, *window: it.failed_twice(RETRY_S, *window))

    def _share(self, failed: Callable[[Lookups, float, float], int]) -> float:
        window = self.failed_s, self.failed_s + WINDOW_S
        asked = sum(len(it.between(*window)) for it in self.near)
        return PERCENT * sum(failed(it, *window) for it in self.near) / asked


def run() -> list[Figure]:
    """Have a site's nameserver fail ten times, by three ways; takes two minutes."""
    marks = time_inside(_measured, "bench-takeover", WITHIN_S).marks
    figures = [
        it for what, rounds in ROUNDS.items() for it in _figures(marks, what, rounds)
    ]
    back, far = marks["back"], marks["far"]
    return [
        *figures,
        _at_most("all well again: failed look-ups", back, "%", 0.0),
        _at_most("meanwhile at the other site: failed look-ups", far, "%", 0.0),
    ]


def _figures(marks: Marks, what: str, rounds: int) -> Iterator[Figure]:
    of, target_s = f"of {rounds}", GAP_TARGET_S
    gap, failed = f"{what}: longest gap of a client", f"{what}: failed look-ups"
    yield _at_most(f"{gap}, median {of}", marks[f"{what} gap"], "s", target_s)
    yield _at_most(f"{gap}, worst {of}", marks[f"{what} worst"], "s", target_s)
    moved = f"{what}: until all clients are elsewhere, worst {of}"
    yield Figure(moved, marks[f"{what} moved"], "s")
    yield Figure(f"{failed} in {WINDOW_S:g} s, median", marks[f"{what} once"], "%")
    again = f"{failed}, asked again after {RETRY_S:g} s, worst"
    yield _at_most(again, marks[f"{what} twice"], "%", 0.0)


def _at_most(name: str, value: float, unit: str, target: float) -> Figure:
    return Figure(name, value, unit, target, value <= target)


def _measured() -> Marks:
    with open_lab("bench", load_world(WORLD), Options(), lambda _: None) as lab:
        return _Trial(lab).measured()


class _Trial:
    """A lab in which a nameserver fails, and is well again."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._causes = {
            KILLED: (self._kill, self._start),
            HUNG: (self._stop, self._go_on),
            CUT_OFF: (self._cut, self._join),
        }
        self._failed_s = 0.0

    def measured(self) -> Marks:
        """Return the marks of all rounds."""
        marks: Marks = {}
        done: list[Round] = []
        back: list[Lookups] = []
        for what, count in ROUNDS.items():
            fail, mend = self._causes[what]
            rounds = []
            for _ in range(count):
                rounds.append(self._failing(fail))
                back += self._mending(mend)
            marks |= told(what, rounds)
            done += rounds
        far = [lookups for each in done for lookups in each.far]
        return {**marks, "back": failed_share(back), "far": failed_share(far)}

    def _failing(self, fail: Callable[[], None]) -> Round:
        def work() -> None:
            self._failed_s = time.monotonic()
            fail()
            self._await([MEMBER])

        near, far = self._askers(SITE, OTHER), self._askers(OTHER, OTHER)
        settle_s = WINDOW_S + RETRY_S + SETTLE_S
        found = look_up(self._lab, [*near, *far], work, settle_s, NEVER_SLOW)
        return Round(self._failed_s, found[: len(near)], found[len(near) :])

    def _mending(self, mend: Callable[[], None]) -> list[Lookups]:
        def work() -> None:
            mend()
            self._await([])

        return look_up(self._lab, self._askers(SITE, SITE), work)

    def _askers(self, site: str, then: str) -> list[Asker]:
        anycast, hosts = self._lab.plan.nameserver, self._lab.plan.hosts
        return [
            Asker(host.name, address, then)
            for host in hosts
            if host.role is Role.CLIENT and host.site == site
            for address in (anycast.address4, anycast.address6)
        ]

    def _await(self, withdrawn: list[str]) -> None:
        def is_so() -> bool:
            return bool(self._lab.status(CONTROLLER)["withdrawn"] == withdrawn)

        until(f"withdrawn are {withdrawn}", is_so, SEEN_WITHIN_S)

    def _kill(self) -> None:
        self._lab.supervisor.expect_end(SERVER)
        self._lab.supervisor.roles[SERVER].process.kill()

    def _start(self) -> None:
        role = nameserver_role(self._lab.plan, self._lab.plan.host(SERVER))
        start(self._lab.supervisor, role)

    def _stop(self) -> None:
        os.kill(self._lab.supervisor.roles[SERVER].process.pid, signal.SIGSTOP)

    def _go_on(self) -> None:
        os.kill(self._lab.supervisor.roles[SERVER].process.pid, signal.SIGCONT)

    def _cut(self) -> None:
        self._plug("down")

    def _join(self) -> None:
        self._plug("up")

    def _plug(self, state: str) -> None:
        for host in self._lab.plan.hosts:
            if host.role is Role.BACKEND and host.site == SITE:
                run_command(["ip", "link", "set", host.name, state])


def told(what: str, rounds: Sequence[Round]) -> Marks:
    """Return the marks of the rounds of one kind of failure."""
    gaps_s = [gap_s for each in rounds for gap_s in each.gaps_s]
    return {
        f"{what} gap": median(gaps_s),
        f"{what} worst": max(gaps_s),
        f"{what} moved": max(each.moved_s for each in rounds),
        f"{what} once": median(each.once for each in rounds),
        f"{what} twice": max(each.twice for each in rounds),
    }


def failed_share(found: Sequence[Lookups]) -> float:
    """Return the per cent of all look-ups that failed."""
    asked = sum(len(it.asked) for it in found)
    return PERCENT * sum(it.failed() for it in found) / asked
