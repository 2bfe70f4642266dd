"""From a world to a lab that is ready: the order of things, and nothing else."""

import asyncio
import functools
import os
import pickle
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_interface
from math import isinf
from pathlib import Path

from balancer.errors import Unsupported
from topo.features import allowed_datapath
from topo.links import open_wan
from topo.net import LabNet, build_net, host_argv, spawn_in
from topo.netlink import put_address
from topo.render.balancers import accepted_vips
from topo.run import run
from topo.world.delay import round_trips
from topo.world.plan import Anycast, Plan, make_plan
from topo.world.records import World

from .awake import awake
from .errors import LabError
from .foreign_balancers import check_kernel
from .lab import Lab
from .paths import LOGS, PLAN, PROJECT, STATUS
from .promises import announcements, paths, programs
from .ready import Say, all_ready
from .roles import (
    CONTROLLER_ADDRESS,
    RoleSpec,
    announcer_roles,
    balancer_roles,
    controller_role,
    resolver_roles,
    web_roles,
)
from .rtt import MeasuredLink, Pair, measure_pairs, probe_host
from .supervisor import RunningRole, Supervisor

RELAY = "relay"
WORST_TOLD = 10  # of site pairs, of which 40 sites have 780

# The loopback interface is the first of every network namespace.
LOOPBACK_INDEX = 1


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a world.

    Args:
        framework: the controller's, "os_ken" or "ryu".
        wan: how links are made: "auto", "netem" or "relay".
        datapath: Open vSwitch's: "auto", "netdev" or "system".
        within_s: seconds for each stage of getting ready.
        reopened: whether the sandbox must be empty afterwards, for another lab; a
            lab that is the last of its sandbox ends with it, which is faster.
    """

    framework: str = "os_ken"
    wan: str = "auto"
    datapath: str = "auto"
    within_s: float = 60.0
    reopened: bool = False


@contextmanager
def open_lab(name: str, world: World, options: Options, say: Say) -> Iterator[Lab]:
    """Run `world` inside this sandbox; yield the lab when all probes are answered.

    Raises:
        LabError: a role died or never answered, or links are not as asked.
        Unsupported: this machine lacks something, with its cure.
    """
    started_s = time.monotonic()
    plan = make_plan(world)
    python = _controller_python(options.framework)
    datapath = allowed_datapath(options.datapath)
    check_kernel(plan)
    supervisor = Supervisor(LOGS)
    STATUS.mkdir(parents=True, exist_ok=True)
    PLAN.write_bytes(pickle.dumps(plan))
    say("starting the controller and the links")
    start(supervisor, controller_role(plan, options.framework, python))
    with awake(), open_wan(options.wan, supervisor.log_of(RELAY)) as wan:
        if wan.process:
            supervisor.adopt(RELAY, wan.process)
        say(f"building {len(plan.hosts)} hosts at {len(world.sites)} sites")
        net = build_net(plan, wan, datapath, CONTROLLER_ADDRESS)
        for anycast in (*plan.announced, *accepted_vips(plan)):
            announce(net, anycast)
        lab = Lab(name, plan, net, wan, supervisor)
        _start_roles(supervisor, plan)
        asyncio.run(_ready(lab, say, options.within_s))
        lab.links = asyncio.run(_measure(lab, say))
        lab.ready_s = time.monotonic() - started_s
        refuse_unfaithful(lab.links)
        yield lab
        if options.reopened:
            supervisor.end()
            net.stop()


def announce(net: LabNet, anycast: Anycast) -> None:
    """Give the members of an anycast address that address, on their loopback."""
    own = [ip_interface(a) for a in (anycast.address4, anycast.address6)]
    for member in anycast.members:
        netlink = net.get(member).namespace.netlink
        netlink.send(put_address(LOOPBACK_INDEX, address) for address in own)


def start(supervisor: Supervisor, spec: RoleSpec) -> RunningRole:
    """Write the role's files and start it where it belongs.

    Raises:
        Unsupported: its program is not installed.
        CommandError: what prepares it failed.
    """
    if shutil.which(spec.argv[0]) is None:
        raise Unsupported(spec.argv[0], "it is not installed", "./provision.sh")
    for path, text in spec.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for argv in spec.prepare:
        run(host_argv(spec.host, argv) if spec.host else argv)
    spawn = functools.partial(spawn_in, spec.host) if spec.host else subprocess.Popen
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    spawn = functools.partial(spawn, env=environment)
    return supervisor.start(spec.name, spec.argv, spec.host, spawn, spec.notify)


def refuse_unfaithful(links: Sequence[MeasuredLink]) -> None:
    """Raise LabError when a site pair is farther from what was asked than allowed."""
    wrong = [link for link in links if not link.faithful]
    if wrong:
        worst = sorted(wrong, key=lambda link: -abs(link.error_ms))[:WORST_TOLD]
        lines = [
            f"  {w.a} - {w.b}: asked {w.asked_ms:.1f} ms, "
            + ("no answer" if isinf(w.measured_ms) else f"measured {w.measured_ms:.1f}")
            for w in worst
        ]
        head = f"{len(wrong)} of {len(links)} site pairs miss max(1 ms, 2 %)"
        cure = "; the worst (is this machine busy with something else?):"
        raise LabError("\n".join([head + cure, *lines]))


def _controller_python(framework: str) -> Path:
    if framework == "os_ken":
        return Path(sys.executable)
    python = PROJECT / ".venv-ryu" / "bin" / "python"
    if not python.exists():
        raise Unsupported("Ryu", f"{python} does not exist", "./provision.sh --ryu")
    return python


def _start_roles(supervisor: Supervisor, plan: Plan) -> None:
    for spec in (*balancer_roles(plan), *web_roles(plan), *resolver_roles(plan)):
        start(supervisor, spec)


async def _ready(lab: Lab, say: Say, within_s: float) -> None:
    """Wait for our programs, then for the paths that lead through several of them."""
    wait = functools.partial(
        all_ready, deaths=lab.supervisor.dead, say=say, within_s=within_s
    )
    await wait("programs", programs(lab))
    await wait("paths", paths(lab))
    # Not before: what they check is well from the first time on.
    for spec in announcer_roles(lab.plan):
        start(lab.supervisor, spec)
    await wait("announcements", announcements(lab))


async def _measure(lab: Lab, say: Say) -> tuple[MeasuredLink, ...]:
    asked = round_trips(lab.world)
    pairs = []
    for (a, b), trip in asked.items():
        if a < b:
            near, far = probe_host(lab.plan, a), probe_host(lab.plan, b)
            pairs.append(Pair(a, b, trip, lab.asker(near.name), str(far.address4)))
    say(f"measuring {len(pairs)} site pairs")
    return await measure_pairs(pairs)
