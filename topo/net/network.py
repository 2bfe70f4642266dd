"""Mininet's network object, built from our nodes and links by default."""

import os
from typing import Any

from mininet.net import Mininet
from mininet.node import Controller

from balancer.errors import FrontlabError

from ..wait import until
from .host import LabHost
from .link import LabLink
from .shell import LazyShell
from .switch import LabSwitch

CONNECTED_WITHIN_S = 30.0


class LabController(LazyShell, Controller):
    """A controller that somebody else starts, listening at `ip` and `port`."""

    isSetup = True

    def checkListening(self) -> None:
        """Look for nobody: the switches go on trying until it is there."""

    def start(self) -> None:
        """Start nothing."""

    def stop(self, *args: Any, **kwargs: Any) -> None:
        """Stop nothing."""

    def wait_ready(self) -> None:
        """Return when the switches forward as they shall: somebody else knows."""


class LabNet(Mininet):
    """A Mininet network of hosts without processes, for use inside a sandbox.

    Takes Mininet's parameters; classes not given are ours.
    """

    def __init__(self, topo: Any = None, **params: Any) -> None:
        if os.geteuid() != 0:
            raise FrontlabError("a network needs root: run it through sudo")
        # Stock Mininet would raise limits of the whole machine; ours have their own.
        Mininet.inited = True
        defaults = {"host": LabHost, "switch": LabSwitch, "controller": None}
        super().__init__(topo, **{**defaults, "link": LabLink, "intf": None, **params})

    def start(self) -> None:
        """Start controllers and switches, all switches of a kind at once."""
        if not self.built:
            self.build()
        for switch in self.switches:
            switch.batch = True
        super().start()
        for controller in self.controllers:
            if isinstance(controller, LabController):
                controller.wait_ready()

    def waitConnected(self, timeout: float | None = None, delay: float = 0.5) -> bool:
        """Return when every switch is connected, asking all the time.

        Raises:
            TimeoutError: one is not.
        """
        until(
            "every switch is connected to its controller",
            lambda: all(switch.connected() for switch in self.switches),
            timeout or CONNECTED_WITHIN_S,
        )
        return True
