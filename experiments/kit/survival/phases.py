"""Every way of selecting through every event: set, open, change, ask again, tally."""

import asyncio
import random
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from balancer.hashing.catalogue import NAMES
from balancer.model import FiveTuple
from topo.world.plan import Host

from ..trial import Trial
from .connections import Connection, Wish, ask_again, closing_all, open_all
from .event import EVENTS, Event
from .forecast import BY_FLOW, slots_of
from .setting import Setting
from .stage import Stage, label_of, stage_in
from .tally import Scene, SurvivalRow, five_tuple, tally

if TYPE_CHECKING:
    from topo.lab.lab import Lab

# To each VIP: the 50 of a row tell a share to 7 %.
PER_FAMILY = 25
# The least that a balancer takes, so that it is soon full; and the default.
SMALL, LARGE = 1024, 65536


def survival_rows(lab: "Lab", trial: Trial) -> Iterator[SurvivalRow]:
    """Measure every cell; a row for each."""
    stage, source = stage_in(lab), trial.random("flood")
    # One in the middle: to lose the first or the last is easier for some ways.
    backend = stage.backends[len(stage.backends) // 2 - 1]
    balancer = stage.balancers[len(stage.balancers) // 2]
    wishes = _wishes(stage, trial.random("ports"))
    for event in EVENTS:
        for selection in NAMES:
            phase = _Phase(stage, selection, event, backend, balancer)
            yield from phase.measure(next(wishes), source)


def _wishes(stage: Stage, source: random.Random) -> Iterator[list[Wish]]:
    """Yield connections to open, `PER_FAMILY` to each VIP, again and again.

    No source port comes twice: who meets an old connection of its name waits.
    """
    ports = iter(source.sample(range(2000, 65000), 63000))
    while True:
        yield [
            Wish(label_of(service), address, service.port, next(ports))
            for service, vip in stage.vips()
            for address in (vip.address4, vip.address6)
            for _ in range(PER_FAMILY)
        ]


@dataclass(frozen=True, slots=True)
class _Phase:
    """One event for one way of selecting.

    Args:
        backend: who comes or goes; `balancer` who goes.
    """

    stage: Stage
    selection: str
    event: Event
    backend: str
    balancer: Host

    def measure(self, wishes: list[Wish], source: random.Random) -> list[SurvivalRow]:
        """Set, open, change, ask again, and tally; a row for each service."""
        before = self._setting(lacks=self.event.lacks_before)
        after = self._setting(lacks=self.event.lacks_after)
        connections: list[Connection] = []
        self.stage.put(before)
        with closing_all(connections):
            places = self.stage.watch(lambda: connections.extend(self._open(wishes)))
            if self.event.floods:
                self.stage.flood(_remembered(connections), source)
            with self._changed(before, after):
                later = self.stage.watch(lambda: asyncio.run(ask_again(connections)))
        scene = Scene(
            selection=self.selection,
            event=self.event,
            slots=slots_of(self.selection, before.backends, after.backends),
            backend=self.backend if before != after else "",
            balancer=self.balancer.name if self.event.balancer_goes else "",
            before=places,
            after=later,
        )
        trackings = dict.fromkeys(wish.tracking for wish in wishes)
        return [
            tally(scene, name, [it for it in connections if it.tracking == name])
            for name in trackings
        ]

    @contextmanager
    def _changed(self, before: Setting, after: Setting) -> Iterator[None]:
        """Let the event happen; a balancer comes back at exit."""
        with ExitStack() as stack:
            if self.event.balancer_goes:
                stack.enter_context(self.stage.without(self.balancer))
            if before != after:
                self.stage.put(after)
            yield

    def _open(self, wishes: list[Wish]) -> list[Connection]:
        return asyncio.run(open_all(self.stage.lab, self.stage.client, wishes))

    def _setting(self, *, lacks: bool) -> Setting:
        """Return what balancers are set to, in a pool of this phase's own."""
        return Setting(
            pool=f"{self.selection} {self.event.name}",
            selection=self.selection,
            backends=tuple(
                name
                for name in self.stage.backends
                if not (lacks and name == self.backend)
            ),
            flow_entries=SMALL if self.event.floods else LARGE,
        )


def _remembered(connections: Iterable[Connection]) -> Iterator[FiveTuple]:
    """Yield the flows that a flow table decides over."""
    for connection in connections:
        if connection.opened and connection.tracking in BY_FLOW:
            yield five_tuple(connection.flow)
