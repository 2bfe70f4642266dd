"""Nameservers of one anycast address with their agents."""

import os
import select
import subprocess
import sys
from pathlib import Path

from topo.render.announce import announce_config
from topo.render.dns import dns_config
from topo.run import run

from .scenario import CONTROL, ROOT, Trial

Process = subprocess.Popen


class Nameservers:
    """The nameservers of a trial's world, each with its agent."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.servers: dict[str, Process] = {}
        self.agents: dict[str, Process] = {}
        for name in trial.plan.nameserver.members:
            for address in ("23.53.0.53/32", "2a23:53::53/128"):
                argv = ["ip", "-n", name, "addr", "add", address, "dev", "lo"]
                run(argv)
            self.start_server(name)
            self.start_agent(name)

    def start_server(self, name: str) -> None:
        config = dns_config(self.trial.plan, name.removesuffix("-ns"))
        self.servers[name] = started(name, "dns", config)

    def start_agent(self, name: str) -> None:
        config = announce_config(self.trial.plan, name, str(CONTROL), checks_site=False)
        self.agents[name] = started(name, "announce", config)

    def withdrawn(self) -> list[str]:
        return self.trial.status()["withdrawn"]

    def end(self) -> None:
        for process in (*self.agents.values(), *self.servers.values()):
            process.kill()
            process.wait()


def started(host: str, program: str, config: str) -> Process:
    """Start one of our programs in a host; return it when it is ready."""
    path = Path(f"/run/{host}-{program}.toml")
    path.write_text(config)
    ready, told = os.pipe()
    command = ["ip", "netns", "exec", host, sys.executable, "-m", "balancer", program,
               "--config", str(path), "--notify-fd", str(told)]  # fmt: skip
    with Path(f"/run/{host}-{program}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[told], stderr=log)
    os.close(told)
    assert select.select([ready], [], [], 30)[0], f"{host}: {program} is not ready"
    assert os.read(ready, 2) == b"\n", Path(f"/run/{host}-{program}.log").read_text()
    os.close(ready)
    return process
