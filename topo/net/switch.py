"""Mininet switches: Open vSwitch in one transaction, and the kernel's bridge."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mininet.node import OVSSwitch, Switch

from balancer.errors import FrontlabError

from ..netlink import Netlink, bridge, delete, set_master, up
from ..run import CommandError, run
from .link import LabLink
from .shell import LazyShell

TRANSACTION_WITHIN_S = 30

LOG = Path("/run/openvswitch/ovs-vswitchd.log")
LOG_LINES = 5

# A second, of packets whose TTL ended: a router's errors are to be bounded (RFC 1812
# 4.3.2.8), and what the switch drops costs the controller nothing.
PACKETS_BOUND = ("controller_rate_limit=100", "controller_burst_limit=100")


class LabSwitch(LazyShell, OVSSwitch):
    """An Open vSwitch bridge; all of a network start in one transaction.

    Takes OVSSwitch's parameters; `datapath` is "user" unless said otherwise.
    """

    isSetup = True

    def __init__(self, name: str, datapath: str = "user", **params: Any) -> None:
        super().__init__(name, datapath=datapath, **params)
        self._controllers: Sequence[Any] = ()

    @classmethod
    def isOldOVS(cls) -> bool:
        """Tell that this is no Open vSwitch before 1.10, of 2013."""
        return False

    def start(self, controllers: Sequence[Any]) -> None:
        """Start now, or with the others when Mininet starts a network."""
        self._controllers = controllers
        if not self.batch:
            vsctl(self.transaction())

    def transaction(self) -> list[str]:
        """Return the words for ovs-vsctl that make the bridge with its ports."""
        words = ["--", "add-br", self.name, "--", "set", "bridge", self.name]
        words += self.bridgeOpts().split()
        targets = [f"{c.protocol}:{c.IP()}:{c.port}" for c in self._controllers]
        if targets:
            words += ["--", "set-controller", self.name, *targets]
            # The default waits up to 8 s for a controller that starts a bit later.
            backoff = f"max_backoff={self.reconnectms or 1000}"
            words += ["--", "set", "controller", self.name, backoff, *PACKETS_BOUND]
        for intf in self.intfList():
            if intf.name != "lo":
                words += ["--", "add-port", self.name, intf.name]
                words += self.intfOpts(intf).split()
                if not isinstance(intf.link, LabLink):
                    words += leave_qdisc(intf.name)
        return words

    def connected(self) -> bool:
        """Tell whether a controller has answered, or none is needed."""
        if self.failMode == "standalone":
            return True
        columns = "--columns=is_connected,target"
        found = run(["ovs-vsctl", columns, "--format=csv", "list", "controller"])
        return "true" in found

    @classmethod
    def batchStartup(
        cls, switches: "Sequence[LabSwitch]", run: Callable[..., Any] | None = None
    ) -> "Sequence[LabSwitch]":
        """Start all `switches` in one transaction; `run` is Mininet's, not ours."""
        vsctl([word for switch in switches for word in switch.transaction()])
        for switch in switches:
            switch.batch = False
        return switches

    @classmethod
    def batchShutdown(
        cls, switches: "Sequence[LabSwitch]", run: Callable[..., Any] | None = None
    ) -> "Sequence[LabSwitch]":
        """Remove all `switches` in one transaction."""
        vsctl([w for s in switches for w in ("--", "--if-exists", "del-br", s.name)])
        for switch in switches:
            switch.terminate()
        return switches


class LabBridge(LazyShell, Switch):
    """A bridge of the kernel, many times faster than a userspace switch."""

    isSetup = True

    def __init__(self, name: str, batch: bool = False, **params: Any) -> None:
        # A bridge has no datapath id; Mininet asks every switch for one.
        super().__init__(name, **{"dpid": "0", **params})
        self.batch = batch

    def start(self, controllers: Sequence[Any]) -> None:
        """Start now, or with the others when Mininet starts a network."""
        if not self.batch:
            self.batchStartup([self])

    def attach(self, intf: Any) -> None:
        """Make an interface a port of the bridge."""
        with Netlink() as netlink:
            netlink.send([set_master(str(intf), netlink.index(self.name))])

    @classmethod
    def batchStartup(
        cls, switches: "Sequence[LabBridge]", run: Callable[..., Any] | None = None
    ) -> "Sequence[LabBridge]":
        """Make all `switches` and their ports; `run` is Mininet's, not ours."""
        with Netlink() as netlink:
            netlink.send([bridge(switch.name) for switch in switches])
            for switch in switches:
                index = netlink.index(switch.name)
                ports = [name for name in switch.intfNames() if name != "lo"]
                masters = [set_master(port, index) for port in ports]
                netlink.send([*masters, up(switch.name)])
                switch.batch = False
        return switches

    @classmethod
    def batchShutdown(
        cls, switches: "Sequence[LabBridge]", run: Callable[..., Any] | None = None
    ) -> "Sequence[LabBridge]":
        """Remove all `switches`."""
        with Netlink() as netlink:
            netlink.send([delete(switch.name) for switch in switches])
        for switch in switches:
            switch.terminate()
        return switches


def leave_qdisc(port: str) -> list[str]:
    """Return the words that have Open vSwitch leave a new port's qdisc alone.

    It would remove it otherwise, and with it the delay of a link by netem.
    """
    quality = f"@{port}"
    words = ["--", f"--id={quality}", "create", "qos", "type=linux-noop"]
    return [*words, "--", "set", "port", port, f"qos={quality}"]


def vsctl(words: Sequence[str]) -> None:
    """Run one ovs-vsctl transaction and wait until ovs-vswitchd has done it.

    Raises:
        FrontlabError: it has not; told with the end of its log.
    """
    try:
        run(["ovs-vsctl", f"--timeout={TRANSACTION_WITHIN_S}", *words])
    except CommandError as error:
        lines = LOG.read_text().splitlines() if LOG.exists() else []
        said = "\n  ".join(["its log ends:", *lines[-LOG_LINES:]])
        raise FrontlabError(f"Open vSwitch: {error}\n{said}") from error
