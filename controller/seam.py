"""The one place that knows which OpenFlow framework runs: os-ken or Ryu 4.34."""

import importlib
import importlib.util
import os
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from balancer.errors import Unsupported

from .control import Control, Said

FRAMEWORKS = ("os_ken", "ryu")

# What a framework gives: a module, datapath, event, message; none has types.
Foreign = Any

OPENFLOW13 = 4  # the version's number on the wire

# A switch that went away is noticed by the echo request that it does not answer:
# with native threads the framework does not tell of a closed connection by itself.
ECHO_INTERVAL_S = 1.0
MOST_UNANSWERED_ECHOES = 4

_CURES = {"os_ken": "run ./provision.sh", "ryu": "run ./provision.sh --ryu"}


@dataclass(frozen=True, slots=True)
class Framework:
    """The modules of a framework that we use; both name them alike."""

    name: str
    app_manager: Foreign
    config: Foreign
    hub: Foreign
    nicira: Foreign
    ofp_event: Foreign
    ofp_handler: Foreign
    ofproto: Foreign
    parser: Foreign
    protocol: Foreign

    @property
    def app_class(self) -> Foreign:
        """The base of all apps, used as it is: handlers are registered on it."""
        name = "OSKenApp" if self.name == "os_ken" else "RyuApp"
        return getattr(self.app_manager, name)


@dataclass(frozen=True, slots=True)
class Handler:
    """Which event of the framework calls what; heard in all states but the first."""

    event: str
    call: Callable[[Foreign], None]


@dataclass(frozen=True, slots=True)
class Door:
    """The control socket's path, and what is called with what is said there."""

    path: Path
    call: Callable[[Said], None]


def load_framework(name: str) -> Framework:
    """Import a framework, mended where newer libraries broke it.

    Raises:
        Unsupported: it is not installed here.
    """
    if importlib.util.find_spec(name) is None:
        raise Unsupported(name, "not installed for this Python", _CURES[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Both use what their libraries deprecate.
        _prepare(name)
        return _import(name)


def serve(
    framework: Framework,
    handlers: Iterable[Handler],
    address: tuple[str, int],
    door: Door | None = None,
) -> None:
    """Listen for switches on `address` and call the handlers, from one thread.

    With a `door` its control socket is served as well, and what is said there comes
    to its handler on the same thread.
    """
    host, port = address
    listen = ["--ofp-listen-host", host, "--ofp-tcp-listen-port", str(port)]
    config = framework.config.CONF
    config(args=listen, project=framework.name, default_config_files=[])
    config.set_override("echo_request_interval", ECHO_INTERVAL_S)
    config.set_override("maximum_unreplied_echo_requests", MOST_UNANSWERED_ECHOES)
    manager = framework.app_manager.AppManager.get_instance()
    # The source of all events first: the app below asks it for its own.
    manager.instantiate(framework.ofp_handler.OFPHandler)
    app = manager.instantiate(framework.app_class)
    framework.protocol.set_app_supported_versions([OPENFLOW13])
    for handler in handlers:
        event = getattr(framework.ofp_event, handler.event)
        app.register_handler(event, handler.call)
        app.observe_event(event, {"config", "main", "dead"})
    if door is not None:
        app.register_handler(Said, door.call)
        control = Control(partial(app.send_event, app.name), framework.hub.Queue)
        listener = framework.hub.StreamServer((str(door.path), None), control.serve)
        framework.hub.spawn(listener.serve_forever)
    framework.hub.joinall(manager.instantiate_apps())


def _prepare(name: str) -> None:
    if name == "os_ken":
        os.environ.setdefault("OSKEN_HUB_TYPE", "native")
        return
    # Ryu imports a name that eventlet no longer has. Its sockets are eventlet's own,
    # so that the standard library stays unpatched for the status thread.
    wsgi: Foreign = importlib.import_module("eventlet.wsgi")
    wsgi.ALREADY_HANDLED = getattr(wsgi, "ALREADY_HANDLED", object())


def _import(name: str) -> Framework:
    def module(path: str) -> Foreign:
        return importlib.import_module(f"{name}.{path}")

    # The order matters: the app manager and the controller import one another.
    app_manager = module("base.app_manager")
    return Framework(
        name=name,
        app_manager=app_manager,
        config=module("cfg"),
        hub=module("lib.hub"),
        nicira=module("ofproto.nicira_ext"),
        ofp_event=module("controller.ofp_event"),
        ofp_handler=module("controller.ofp_handler"),
        ofproto=module("ofproto.ofproto_v1_3"),
        parser=module("ofproto.ofproto_v1_3_parser"),
        protocol=module("ofproto.ofproto_protocol"),
    )
