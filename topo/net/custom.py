"""The worlds as topologies for Mininet's own command, `mn`."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mininet.topo import Topo

from balancer.errors import FrontlabError

from ..features import datapath_kind
from ..links import open_wan
from ..render.fabric import fabric_json
from ..wait import until
from ..world.plan import Plan, make_plan
from ..world_file import load_world
from .network import LabController
from .world_topo import WorldTopo

FABRIC = Path("/run/frontlab/fabric.json")
LOG = Path("/run/frontlab/controller.log")
PROJECT = Path(__file__).parents[2]

READY_WITHIN_S = 60.0


class FabricController(LabController):
    """The fabric's controller as a process, for the plan that it is made with."""

    plan: Plan

    def __init__(self, name: str, plan: Plan, **params: Any) -> None:
        self.plan = plan
        super().__init__(name, **params)

    def start(self) -> None:
        """Start the controller; the switches will connect to it."""
        FABRIC.write_text(fabric_json(self.plan))
        ready, notify = os.pipe()
        os.set_blocking(ready, False)
        listen = f"{self.ip}:{self.port}"
        argv: list[str | Path] = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "controller",
            "--fabric",
            FABRIC,
        ]
        argv += ["--listen", listen, "--notify-fd", str(notify)]
        with LOG.open("wb") as log:
            self._process = subprocess.Popen(
                argv, cwd=PROJECT, stdout=log, stderr=log, pass_fds=(notify,)
            )
        os.close(notify)
        self._ready = ready

    def wait_ready(self) -> None:
        """Return when every switch has confirmed its routes.

        Raises:
            FrontlabError: the controller died; with the end of its log.
        """
        until("every switch has its routes", self._is_ready, READY_WITHIN_S)
        os.close(self._ready)

    def stop(self, *args: Any, **kwargs: Any) -> None:
        """End the controller."""
        self._process.terminate()
        self._process.wait()

    def _is_ready(self) -> bool:
        if self._process.poll() is not None:
            raise FrontlabError(f"the controller died:\n{LOG.read_text()[-1000:]}")
        try:
            return os.read(self._ready, 1) == b"\n"
        except BlockingIOError:
            return False


class Worlds:
    """What `mn` asks for in turn: a topology, then its controller.

    The wide-area links live until `stack` is closed.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._plan: Plan | None = None

    def topology(self, world: str) -> Topo:
        """Return the topology of a world, and remember its plan."""
        self._plan = make_plan(load_world(world))
        wan = self._stack.enter_context(open_wan())
        return WorldTopo(self._plan, wan, datapath_kind())

    def controller(self, name: str, **params: Any) -> LabController:
        """Return the controller of the world that was asked for.

        Raises:
            FrontlabError: none was.
        """
        if self._plan is None:
            raise FrontlabError("the fabric's controller needs one of our topologies")
        return FabricController(name, self._plan, **params)
