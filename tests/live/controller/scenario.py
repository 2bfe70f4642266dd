"""A small world of three sites with real switches, and what happens in it.

The links are veth pairs without delay, so that a gap in traffic is the fabric's own.
"""

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from threading import Thread
from typing import Any

from balancer.status import read_status
from topo.net import build_net
from topo.netlink import inside
from topo.render.fabric import fabric_json
from topo.run import CommandError, run
from topo.sandbox import run_sandboxed
from topo.wait import until
from topo.world.file.parse import parse_world
from topo.world.plan import Plan, Role, make_plan
from topo.world.records import WanLink
from topo.world_file import load_airports

ROOT = Path(__file__).parents[3]
LISTEN = ("127.0.0.1", 6653)
STATUS = Path("/run/controller.sock")
CONTROL = Path("/run/control.sock")

# From Frankfurt to Sydney it is nearer by way of Dulles.
WORLD = """
name = "trial"
domain = "frontlab.net"
sites.fra = { region = "europe" }
sites.iad = { region = "north-america" }
sites.syd = { region = "oceania" }
links = [
  { between = ["fra", "iad"], rtt = "88 ms" },
  { between = ["iad", "syd"], rtt = "200 ms" },
  { between = ["fra", "syd"], rtt = "400 ms" },
]
resolvers = [{ name = "syd-unbound", site = "syd", kind = "unbound" }]
clients = [
  { name = "fra-home", site = "fra", hosts = 1, resolver = "syd-unbound" },
  { name = "syd-home", site = "syd", hosts = 1, resolver = "syd-unbound" },
]
datacenters = [
  { site = "fra", balancers = 4, backends = 1, capacity = "1000 /s" },
  { site = "iad", balancers = 2, backends = 1, capacity = "1000 /s" },
]
services = [{ name = "www", port = 80, ttl = "20 s", policy = "nearest" }]
"""

PROTOCOLS = {"udp": socket.SOCK_DGRAM, "tcp": socket.SOCK_STREAM}
FIRST_SOURCE_PORT = 20000
SENT_AT_MOST = 3
ECHO_PORT = 7000
SEND_INTERVAL_S = 0.002
# While so many are under way, others come slowly, lest queues overflow in a machine
# that stalls.
MANY, SLOW_INTERVAL_S = 64, 0.05
SETTLE_S = 0.3
PATIENCE_S = 10.0
ETHERNET, IPV6_HEADER = 14, 40
ETH_P_ALL = 3


class Veths:
    """A WAN without distance."""

    name = "veth"

    def create(self, a_port: str, b_port: str, link: WanLink) -> None:
        run(["ip", "link", "add", a_port, "type", "veth", "peer", "name", b_port])
        for port in (a_port, b_port):
            run(["ip", "link", "set", port, "up"])


@dataclass
class Stream:
    """What became of a steady stream of datagrams."""

    sent: int = 0
    got: int = 0


@dataclass
class Trial:
    """The running network with its controller."""

    plan: Plan
    python: Path
    framework: str
    fabric: Path = Path("/run/fabric.json")
    log: Path = Path("/run/controller.log")
    dead: set[str] = field(default_factory=set)
    controller: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Start the controller; return when it is ready."""
        self.wait_ready(self.launch())

    def launch(self) -> int:
        """Start the controller; return the descriptor on which it tells readiness."""
        ready, told = os.pipe()
        listen = f"{LISTEN[0]}:{LISTEN[1]}"
        argv = [self.python, "-m", "controller", "--fabric", self.fabric, "--listen",
                listen, "--framework", self.framework, "--status", STATUS,
                "--control", CONTROL,
                "--notify-fd", str(told)]  # fmt: skip
        with self.log.open("ab") as log:
            self.controller = subprocess.Popen(
                argv, cwd=ROOT, pass_fds=[told], stderr=log
            )
        os.close(told)
        return ready

    def wait_ready(self, ready: int) -> None:
        readable, _, _ = select.select([ready], [], [], 30)
        assert readable, f"the controller is not ready: {self.log.read_text()}"
        assert os.read(ready, 2) == b"\n", self.log.read_text()
        os.close(ready)

    def kill(self) -> None:
        """End the controller as by kill -9."""
        assert self.controller is not None
        self.controller.kill()
        self.controller.wait()

    def status(self) -> dict[str, Any]:
        return read_status(STATUS, timeout_s=20)

    def inside(self, host: str) -> AbstractContextManager[None]:
        """Put this thread into the host's network namespace."""
        return inside(host)

    def set_port(self, port: str, state: str) -> None:
        (self.dead.add if state == "down" else self.dead.discard)(port)
        run(["ip", "link", "set", port, state])

    def flows(self, site: str) -> str:
        return run(["ovs-ofctl", "-O", "OpenFlow13", "dump-flows", f"sw-{site}"])

    def is_silent(self, host: str, address: str) -> bool:
        """Whether no answer comes from an address for a second."""
        return not self.ping(host, address, "-W1")

    def ping(self, host: str, address: str, *options: str) -> str:
        """Return what ping says; "" when no answer came."""
        once = ["ping", "-n", "-c1", "-W5", *options, address]
        try:
            return run(["ip", "netns", "exec", host, *once])
        except CommandError:
            return ""

    def unreached(self, hosts: list[str], targets: list[str]) -> list[tuple[str, str]]:
        """Return which of the hosts do not reach which of the addresses."""
        return [(a, b) for a in hosts for b in targets if not self.ping(a, b)]

    def members_taken(
        self, client: str, address: str, protocol: str, count: int
    ) -> dict[int, str]:
        """Send `count` flows to an address; return the port each came out of.

        What is lost because the machine stalls is sent again.
        """
        members = [h.port for h in self.plan.hosts if h.role is Role.BALANCER]
        with sniffing([port for port in members if port not in self.dead]) as sniffers:
            taken: dict[int, str] = {}
            ports = range(FIRST_SOURCE_PORT, FIRST_SOURCE_PORT + count)
            for _ in range(SENT_AT_MOST):
                missing = [port for port in ports if port not in taken]
                self.send_flows(client, address, protocol, missing)
                with suppress(TimeoutError):
                    until("all", lambda: collect(sniffers, taken) >= count, within_s=2)
                    return taken
        raise TimeoutError(f"{len(taken)} of {count} flows arrived")

    def send_flows(
        self, client: str, address: str, protocol: str, ports: list[int]
    ) -> None:
        """Send one packet each from these source ports."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        for port in ports:
            with inside(client):
                sender = socket.socket(family, PROTOCOLS[protocol])
            with sender:
                sender.setblocking(False)
                sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sender.bind(("", port))
                if protocol == "udp":
                    sender.sendto(b"?", (address, 53))
                else:
                    sender.connect_ex((address, 80))
            select.select([], [], [], SEND_INTERVAL_S / 4)

    def stream(self, source: str, target: str, work: Callable[[], None]) -> Stream:
        """Send datagrams one way while `work` is done, and a little longer."""
        with inside(source):
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with inside(target):
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        address = str(self.plan.host(target).address4)
        receiver.bind((address, ECHO_PORT))
        worker = Thread(target=work)
        with sender, receiver:
            worker.start()
            result = pump(sender, receiver, (address, ECHO_PORT), worker)
        worker.join()
        return result


def pump(
    sender: socket.socket, receiver: socket.socket, to: tuple[str, int], worker: Thread
) -> Stream:
    """Send until a while after `worker` has ended, and receive until the last."""
    stream = Stream()
    now = due = time.monotonic()
    latest, stop = -1, inf
    while now < stop or (latest < stream.sent - 1 and now < stop + PATIENCE_S):
        if stop == inf and not worker.is_alive():
            stop = now + SETTLE_S
        if due <= now < stop:
            sender.sendto(b"%d" % stream.sent, to)
            stream.sent += 1
            slow = stream.sent - 1 - latest > MANY
            due = max(due + (SLOW_INTERVAL_S if slow else SEND_INTERVAL_S), now)
        if select.select([receiver], [], [], SEND_INTERVAL_S / 4)[0]:
            latest = max(latest, int(receiver.recv(64)))
            stream.got += 1
        now = time.monotonic()
    return stream


@contextmanager
def sniffing(ports: list[str]) -> Iterator[dict[str, socket.socket]]:
    """Hold a packet socket on each port of this namespace."""
    with ExitStack() as stack:
        sniffers = {}
        for port in ports:
            sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            sniffers[port] = stack.enter_context(sniffer)
            sniffer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            sniffer.bind((port, ETH_P_ALL))
            sniffer.setblocking(False)
        yield sniffers


def collect(sniffers: dict[str, socket.socket], taken: dict[int, str]) -> int:
    """Note the source port of each frame that waits; return how many are known."""
    for port, sniffer in sniffers.items():
        while select.select([sniffer], [], [], 0)[0]:
            source_port = source_port_of(sniffer.recv(2048))
            if source_port is not None:
                assert taken.setdefault(source_port, port) == port, "split flow"
    return len(taken)


def source_port_of(frame: bytes) -> int | None:
    """Return the source port of a TCP or UDP packet of ours."""
    kind = int.from_bytes(frame[12:14], "big")
    if kind not in (0x0800, 0x86DD):
        return None
    four = kind == 0x0800
    layer4 = ETHERNET + ((frame[ETHERNET] & 0xF) * 4 if four else IPV6_HEADER)
    protocol = frame[ETHERNET + (9 if four else 6)]
    port = int.from_bytes(frame[layer4 : layer4 + 2], "big")
    return port if protocol in (6, 17) and port >= FIRST_SOURCE_PORT else None


def with_trial(
    check: Callable[[Trial], None],
    framework: str = "os_ken",
    python: Path | None = None,
) -> None:
    """Run `check` on a trial in a sandbox of its own; fail when it fails there."""

    def main() -> int:
        plan = make_plan(parse_world(WORLD, "trial.toml", load_airports()))
        trial = Trial(plan, python or Path(sys.executable), framework)
        trial.fabric.write_text(fabric_json(plan))
        ready = trial.launch()
        build_net(plan, Veths(), "netdev", LISTEN)
        trial.wait_ready(ready)
        check(trial)
        trial.kill()
        return 0

    assert run_sandboxed(main, f"trial-{os.getpid()}") == 0
