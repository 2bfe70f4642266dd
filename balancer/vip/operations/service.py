"""The running balancer: what checks, clocks and people ask of it, in one thread."""

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ...errors import ConfigError, FrontlabError
from ...model import Address
from ...ready import announce
from ..checks.probe import Target
from ..link.interface import interface_options
from ..pools.pace import NEVER_S
from ..pools.roster import Roster
from ..settings.config import VipConfig, read_vip_config
from ..tables.options import Options
from ..xdp.forwarder import Forwarder

log = logging.getLogger("frontlab-vip")

# How often changes are looked for that no older flow needs to be remembered any more.
SETTLE_S = 10.0
# How often tables follow flows, where a VIP selects by them.
FOLLOW_S = 1.0


class Service:
    """Takes in checks and orders, and has the kernel's tables follow.

    It announces readiness after the first round of checks.

    Args:
        config: what is in force, and was read from `path`.
        path: what a reload reads.
        roster: who serves.
        forwarder: where the tables go.
        notify_descriptor: where readiness is announced.
    """

    def __init__(
        self,
        config: VipConfig,
        path: Path,
        roster: Roster,
        forwarder: Forwarder,
        notify_descriptor: int | None,
    ) -> None:
        self.config, self.roster, self.forwarder = config, roster, forwarder
        self.healthy: frozenset[tuple[str, str]] = frozenset()
        self.reloads = {"done": 0, "refused": 0}
        # What decides a configuration's open ways, and who is told of another one.
        self.decide: Callable[[VipConfig], VipConfig] = lambda config: config
        self.changed: Callable[[], None] = lambda: None
        # What tells the hardware addresses that are known, if they are needed.
        self.neighbours: Callable[[Options], Mapping[Address, bytes]] = lambda _: {}
        self.ended = False
        self.adopted = False  # whether a predecessor's flows were taken over
        self.fault = ""  # why nothing is forwarded
        self._path, self._notify_descriptor = path, notify_descriptor
        self._is_ready = False
        now_s = time.monotonic()
        self._settle_at_s = now_s + SETTLE_S
        self._step_at_s = now_s + self._next_s(now_s)

    def checked(self, target: Target, failure: str) -> None:
        """Take in a check's end; `failure` is "" when it passed."""
        if not self._is_ready:
            self.note_neighbours()  # or packets might come before they can be sent on
        changed = self.roster.note(
            target.pool, target.backend, target.aspect, not failure
        )
        if changed and (failure or self._is_ready):
            state = f"down: {failure}" if failure else "up"
            log.warning("backend %s of %s is %s", target.backend, target.pool, state)
        if self._is_ready and changed:
            self._update()
        elif not self._is_ready and self.roster.is_complete():
            self._update()
            announce(self._notify_descriptor)
            self._is_ready = True

    def note_neighbours(self) -> None:
        """Have packets follow a backend to the hardware address that it has now."""
        now_s = time.monotonic()
        known = self.neighbours(self.roster.plan.options)
        if self.roster.note_neighbours(known, now_s):
            self._put(self.roster, now_s)
            self.changed()

    def look(self) -> None:
        """See whether packets still come to the program, and say when that changes."""
        fault = self.forwarder.attachment.why_not()
        if fault != self.fault:
            interface = self.config.balancer.interface
            told = f"nothing is forwarded: {fault}" if fault else "forwarding again"
            log.warning("%s: %s", interface, told)
        self.fault = fault

    def tick(self, now_s: float) -> float:
        """Do what is due by the clock; return seconds until something is again."""
        if now_s >= self._settle_at_s:
            self._settle_at_s = now_s + SETTLE_S
            self.roster.tables = self.forwarder.settled(self.roster.tables)
            self.forwarder.sweep()
            self.look()
        elif now_s < self._step_at_s:
            return min(self._settle_at_s, self._step_at_s) - now_s
        if self._is_ready:
            self._update()
        return 0.0

    def reload(self) -> None:
        """Put the file in force, if nothing is wrong with it; else all stays as it is.

        Raises:
            ConfigError: with every mistake.
            FrontlabError: the kernel refuses what the file asks for.
        """
        try:
            self._reload()
        except FrontlabError as error:
            self.reloads["refused"] += 1
            for line in str(error).splitlines():
                log.warning("reload refused: %s", line)
            raise
        self.reloads["done"] += 1
        log.warning("reloaded %s", self._path)

    def set_weight(self, backend: str, weight: int | None, pool: str) -> None:
        """Set a weight by hand, and have flows follow it.

        Raises:
            ConfigError: there is no such backend.
        """
        self.roster.set_weight(backend, weight, pool)
        self._update()

    def leave(self) -> None:
        """End, with the program left on the interface for a successor."""
        self.forwarder.leaves = True
        self.ended = True

    def _reload(self) -> None:
        config = self.decide(read_vip_config(self._path))
        _refuse_restarts(self.config, config)
        now_s = time.monotonic()
        plan = config.plan(interface_options(config))
        roster = self.roster.replanned(plan, now_s)
        roster.note_neighbours(self.neighbours(plan.options), now_s)
        roster.update(now_s)
        self._put(roster, now_s)
        self.forwarder.restore(self.roster)
        self.look()
        self.config = config
        self.changed()

    def _update(self) -> None:
        now_s = time.monotonic()
        if self.roster.follows_flows():
            self.roster.note_flows(self.forwarder.active_flows(FOLLOW_S))
        self.roster.update(now_s)
        self._put(self.roster, now_s)

    def _put(self, roster: Roster, now_s: float) -> None:
        """Write the tables; only then is a change told to who asks."""
        self.roster = self.forwarder.write(roster, now_s)
        self.healthy = self.roster.alive()
        self._step_at_s = now_s + self._next_s(now_s)

    def _next_s(self, now_s: float) -> float:
        follow_s = FOLLOW_S if self.roster.follows_flows() else NEVER_S
        return min(follow_s, self.roster.next_s(now_s))


def _refuse_restarts(old: VipConfig, new: VipConfig) -> None:
    """Raise ConfigError when there are changes that a reload cannot make."""
    pairs = {
        "balancer.interface": (old.balancer.interface, new.balancer.interface),
        "balancer.xdp": (old.balancer.xdp, new.balancer.xdp),
        "metrics": (old.metrics, new.metrics),
    }
    changed = [key for key, (before, after) in pairs.items() if before != after]
    if changed:
        lines = (f"{key}: only a restart can change it" for key in changed)
        raise ConfigError("\n".join(lines))
