"""A server of several processes: workers that answer, and XDP that does before them."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

from ..content.content import XDP_OFF, Content
from ..loading.guidance import Guidance
from ..loading.loader import Loader
from ..telemetry.merge import merged
from ..xdp.front import Front, open_front
from ..zones.zone import Zones
from .workers import Workers


class Crew:
    """This process loads, watches and counts; it answers nothing itself.

    Args:
        content: the first configuration.
        memory: where workers find the same; see `Loader`.
        workers: none of which has been started.
    """

    def __init__(self, content: Content, memory: int, workers: Workers) -> None:
        where = content.listening
        self._site, self._workers = content.site, workers
        self._front: Front | None = None
        self._zones = Zones()
        self._guidance = Guidance(self._renew)
        with ExitStack() as opened:
            opened.enter_context(closing(workers))
            workers.start(where.processes, memory)
            if where.xdp != XDP_OFF:
                self._front = opened.enter_context(open_front(where))
            self._follow(content)
            self._opened = opened.pop_all()

    def use(self, loader: Loader) -> None:
        """Answer from what was loaded; FrontlabError when it is wrong."""
        content = loader.result()
        self._workers.use(loader.memory)
        self._follow(content)

    def expire(self) -> float | None:
        """Nothing is ever due."""
        return None

    def poll(self, reload: Callable[[], None]) -> float | None:
        """Look after the files that policies go by."""
        return self._guidance.poll(reload)

    def snapshot(self) -> dict[str, Any]:
        """Return the status object: the workers' counts as one, with those of XDP."""
        statuses = self._workers.statuses()
        total: dict[str, Any] = {"site": self._site}
        total |= merged(statuses) if statuses else {}
        total["workers"] = {
            "running": len(statuses),
            "restarts": self._workers.restarts,
        }
        if self._front is not None:
            self._front.add_to(total)
        return total

    def close(self) -> None:
        """Have all processes end, and XDP."""
        self._opened.close()

    def _follow(self, content: Content) -> None:
        self._guidance.follow(content.guide)
        if self._front is not None:
            self._zones = Zones(content.zones)
            self._renew()

    def _renew(self) -> None:
        if self._front is not None:
            self._front.renew(self._zones)
