"""The handle of a running lab: few fields, and the ways into its hosts."""

import functools
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from balancer.control import ask
from balancer.status import read_status
from topo.links import WanBackend
from topo.net import LabNet, spawn_in
from topo.render.balancers import not_ours
from topo.world.plan import Plan
from topo.world.records import World

from .errors import LabError
from .paths import control_path, status_path
from .probes import Asker
from .rtt import MeasuredLink
from .supervisor import DeadRole, Supervisor


@dataclass(slots=True)
class Lab:
    """A running lab, as seen from inside its sandbox.

    Args:
        name: the lab's name, for people.
        plan: every host and address.
        net: the Mininet network.
        wan: the wide-area links and their counters.
        supervisor: the processes.
        links: asked and measured round-trip time of every site pair.
        ready_s: seconds from the start until every probe was answered.
    """

    name: str
    plan: Plan
    net: LabNet
    wan: WanBackend
    supervisor: Supervisor
    links: tuple[MeasuredLink, ...] = ()
    ready_s: float = 0.0

    @property
    def world(self) -> World:
        """The world that the lab runs."""
        return self.plan.world

    @contextmanager
    def inside(self, host: str) -> Iterator[None]:
        """Put this thread into the host's network namespace.

        Sockets made here go on belonging to the host afterwards.
        """
        with self.net.get(host).namespace.inside():
            yield

    def asker(self, host: str) -> Asker:
        """Return who asks questions from `host`."""
        return Asker(functools.partial(self.inside, host))

    def run(
        self, host: str, argv: Sequence[str], timeout_s: float = 10.0
    ) -> subprocess.CompletedProcess[str]:
        """Run `argv` in `host` to its end and return status and output.

        Raises:
            subprocess.TimeoutExpired: it ran longer; it has been killed.
        """
        process = spawn_in(
            host, argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        with process:
            try:
                out, err = process.communicate(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(argv, process.returncode, out, err)

    def popen(
        self,
        host: str,
        argv: Sequence[str],
        **options: Any,  # noqa: ANN401 - Popen's own
    ) -> "subprocess.Popen[Any]":
        """Start `argv` in `host`; options are those of `subprocess.Popen`."""
        return spawn_in(host, argv, **options)

    def status(self, name: str) -> dict[str, Any]:
        """Return what role `name` (or "controller") says of itself.

        Raises:
            LabError: it is a balancer that is not ours, or a backend without our agent.
        """
        self._refuse_foreign(name)
        return read_status(status_path(name))

    def order(self, name: str, do: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Give balancer `name` an order: "drain" with `backend`, "reload", "dump", ...

        Raises:
            FrontlabError: it does not answer, or refuses, or is not ours.
        """
        self._refuse_foreign(name)
        return ask(control_path(name), {"do": do, **more})

    def log_tail(self, name: str, lines: int = 20) -> str:
        """Return the last lines of the log of role `name`."""
        return self.supervisor.roles[name].log_tail(lines)

    def dead(self) -> tuple[DeadRole, ...]:
        """Return the roles that died although nobody asked them to."""
        return self.supervisor.dead()

    def _refuse_foreign(self, name: str) -> None:
        if why := not_ours(self.plan, name):
            raise LabError(f"{name}: {why}")
