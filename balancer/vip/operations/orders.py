"""What the control socket takes: orders by name, their arguments checked."""

from collections.abc import Callable, Mapping
from typing import Any

from ...control import Answer
from ...errors import ConfigError
from ...suggest import did_you_mean
from ..settings.config import MAX_WEIGHT
from .report import dump, flows_by_backend, samples
from .service import Service

Request = Mapping[str, Any]


class Orders:
    """Carries orders out.

    Args:
        service: the running balancer.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._handlers: dict[str, Callable[[Request], Answer]] = {
            "reload": self._reload,
            "drain": self._drain,
            "undrain": self._undrain,
            "weight": self._weight,
            "dump": lambda _: dump(service),
            "flows": lambda _: flows_by_backend(service),
            "samples": lambda _: samples(service),
            "leave": self._leave,
        }

    def handle(self, request: Request) -> Answer:
        """Return the answer to a request; FrontlabError says what is wrong."""
        name = request.get("do")
        if not isinstance(name, str) or name not in self._handlers:
            can = ", ".join(self._handlers)
            near = did_you_mean(name, self._handlers)
            raise ConfigError(f"no order is {name!r}{near}; there are: {can}")
        return self._handlers[name](request)

    def _reload(self, _: Request) -> Answer:
        self._service.reload()
        by_hand = self._service.roster.remember().weights
        kept = {f"{pool}/{name}": weight for (pool, name), weight in by_hand.items()}
        return {"reloaded": True, "weights_by_hand": kept}

    def _drain(self, request: Request) -> Answer:
        return self._set(request, 0)

    def _undrain(self, request: Request) -> Answer:
        return self._set(request, None)

    def _weight(self, request: Request) -> Answer:
        weight = request.get("weight")
        if type(weight) is not int or not 0 <= weight <= MAX_WEIGHT:
            what = f"weight: {weight!r} is no whole number from 0 to {MAX_WEIGHT}"
            raise ConfigError(what)
        return self._set(request, weight)

    def _set(self, request: Request, weight: int | None) -> Answer:
        backend, pool = request.get("backend", ""), request.get("pool", "")
        if not (isinstance(backend, str) and isinstance(pool, str)):
            raise ConfigError("backend and pool are names")
        self._service.set_weight(backend, weight, pool)
        return {"backend": backend, "weight_by_hand": weight}

    def _leave(self, _: Request) -> Answer:
        self._service.leave()
        return {"leaving": True}
