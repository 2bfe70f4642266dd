"""Follows the files that guide policies: the steering map, and maps of networks."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from ...errors import ConfigError
from ..content.signature import Signature, is_special, signature_of
from ..policies.steering import NOTHING_KNOWN, SteeringMap, refuse_older

if TYPE_CHECKING:
    from ..content.guide import Guide

log = logging.getLogger("frontlab-dns")

POLL_INTERVAL_S = 0.25
MAX_STEERING = 1 << 20  # characters; who answers reads it


class Guidance:
    """Keeps the policies as the newest good files say.

    A steering map that is wrong or old is told of and changes nothing; and while
    there is none, or none any more, the last one stays in force.

    Args:
        changed: called when policies have changed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._uniform = Random().random
        self._guide: Guide | None = None
        self._seen: dict[Path, Signature] = {}
        self._steering: SteeringMap = NOTHING_KNOWN
        self._written_s: float | None = None
        self._counts = {"taken": 0, "refused": 0}
        self._due_s = 0.0
        self._strangers: frozenset[str] = frozenset()

    def follow(self, guide: "Guide | None") -> None:
        """Settle the policies of a configuration that comes into force."""
        before = None if self._guide is None else self._guide.steering
        self._guide = guide
        if guide is None:
            return
        if guide.steering != before:
            self._steering, self._written_s = NOTHING_KNOWN, None
            self._seen = {}
        self._seen |= dict(guide.maps)
        self._read_steering(guide)
        guide.settle(self._steering, self._uniform)

    def poll(self, reload: Callable[[], None]) -> float | None:
        """Look after the files if it is time; return the seconds until the next.

        Args:
            reload: called when a map of networks has changed.
        """
        guide = self._guide
        if guide is None or (guide.steering is None and not guide.maps):
            return None
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = now_s + POLL_INTERVAL_S
            self._look(guide, reload)
        return self._due_s - now_s

    def snapshot(self) -> dict[str, Any]:
        """Return the version in force and its age in seconds, since it was written."""
        age_s = None if self._written_s is None else time.time() - self._written_s
        return {"version": self._steering.version, "age_s": age_s, **self._counts}

    def _look(self, guide: "Guide", reload: Callable[[], None]) -> None:
        if self._read_steering(guide):
            guide.settle(self._steering, self._uniform)
            self._changed()
        if any([self._is_new(path) for path, _ in guide.maps]):
            reload()

    def _is_new(self, path: Path) -> bool:
        """Whether there is another file at `path` than when this was last asked."""
        signature = signature_of(path)
        if signature is None or signature == self._seen.get(path):
            return False
        self._seen[path] = signature
        return True

    def _read_steering(self, guide: "Guide") -> bool:
        """Take the steering map if there is another one; whether it was taken."""
        path = guide.steering
        if path is None or not self._is_new(path):
            return False
        try:
            found = read_steering(path)
            refuse_older(self._steering, found, str(path))
        except ConfigError as error:
            self._counts["refused"] += 1
            log.error("steering stays as it was: %s", error)
            return False
        self._steering = found
        self._counts["taken"] += 1
        self._tell_of_strangers(guide, path)
        written_ns, _, _ = self._seen[path] or (0, 0, 0)
        self._written_s = written_ns / 1e9
        return True

    def _tell_of_strangers(self, guide: "Guide", path: Path) -> None:
        """Tell once of sites that no service has: a slip of the pen looks so."""
        known = {site for seat in guide.seats for site in seat.spec.sites}
        strangers = frozenset(self._steering.sites) - known
        if strangers and strangers != self._strangers:
            names = ", ".join(map(repr, sorted(strangers)))
            log.warning("%s: no service here has a site %s", path, names)
        self._strangers = strangers


def read_steering(path: Path) -> SteeringMap:
    """Return the steering map at `path`; ConfigError when it is none."""
    from .steering_file import parse_steering  # with it comes what checks tables

    if is_special(path):
        raise ConfigError(f"{path}: cannot be read: no regular file")
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(MAX_STEERING + 1)
        if len(text) > MAX_STEERING:
            raise ConfigError(f"{path}: too long (at most {MAX_STEERING >> 20} MiB)")
        return parse_steering(text, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
