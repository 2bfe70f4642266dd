"""Reading the configuration anew while queries are answered from what stands."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from selectors import EVENT_READ, BaseSelector
from typing import Any

from ...errors import FrontlabError
from .loader import Loader

log = logging.getLogger("frontlab-dns")


class Reloader:
    """Loads when told to, and hands on what is good; what is wrong changes nothing.

    Args:
        path: the configuration file.
        selector: where the end of loading is watched for.
        use: takes what was loaded; FrontlabError when it is wrong.
    """

    def __init__(
        self, path: Path, selector: BaseSelector, use: Callable[[Loader], None]
    ) -> None:
        self._path, self._selector, self._use = path, selector, use
        self._loader: Loader | None = None
        self._is_due_again = False
        self._started_s = 0.0
        self._counts = {"done": 0, "failed": 0}
        self._seconds: float | None = None

    def start(self) -> None:
        """Begin to load; while loading, do it once more afterwards."""
        if self._loader is not None:
            self._is_due_again = True
            return
        self._started_s = time.monotonic()
        self._loader = Loader(self._path)
        self._selector.register(self._loader.descriptor, EVENT_READ, self._finish)

    def close(self) -> None:
        """End a process that is still loading."""
        if self._loader is not None:
            self._selector.unregister(self._loader.descriptor)
            self._loader.__exit__()
            self._loader = None

    def snapshot(self) -> dict[str, Any]:
        """Return how often it went well or not, and how long the last good one took."""
        return {**self._counts, "seconds": self._seconds}

    def _finish(self) -> None:
        loader = self._loader
        if loader is None:
            return
        try:
            self._use(loader)
            self._counts["done"] += 1
            self._seconds = round(time.monotonic() - self._started_s, 3)
            log.warning("%s: loaded in %.3f s", self._path, self._seconds)
        except FrontlabError as error:
            self._counts["failed"] += 1
            log.error("not loaded, what stood stays in force: %s", error)
        self.close()
        if self._is_due_again:
            self._is_due_again = False
            self.start()
