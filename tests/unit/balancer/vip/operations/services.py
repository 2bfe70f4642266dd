"""A balancer's life on tables in memory, and what is asked of it."""

from balancer.errors import Unsupported
from balancer.vip.checks.probe import Target
from balancer.vip.operations.orders import Orders
from balancer.vip.operations.service import Service
from balancer.vip.pools.roster import Roster
from balancer.vip.settings.config import VipConfig
from balancer.vip.tables.options import Options
from balancer.vip.tables.tables import Tables

CONFIG = """
[balancer]
name = "lb"
interface = "eth0"
source = "11.1.8.10"
gateway_mac = "02:00:01:00:00:01"
[[pool]]
name = "www"
slow_start = { time = "6 s", steps = 4 }
[pool.health]
port = 80
interval = "1 s"
timeout = "1 s"
rise = 1
fall = 1
[[pool.backend]]
name = "a"
address = "11.1.1.10"
[[pool.backend]]
name = "b"
address = "11.1.1.11"
[[vip]]
name = "www"
address = "23.0.1.80"
port = 80
pool = "www"
selection = { method = "modulo", slots = 11 }
"""


class Place:
    """An interface, from which the program may be taken."""

    fault = ""

    def why_not(self) -> str:
        return self.fault


class Tablets:
    """Keeps the tables that are written; refuses them when it is told to."""

    def __init__(self) -> None:
        self.written: list[Tables] = []
        self.leaves = self.refuses = False
        self.flows: dict[int, int] = {}
        self.attachment = Place()

    def restore(self, roster: Roster) -> None:
        self.attachment.fault = ""

    def write(self, roster: Roster, now_s: float) -> Roster:
        if self.refuses:
            raise Unsupported("program", "refused")
        self.written.append(roster.tables)
        return roster

    def active_flows(self, within_s: float) -> dict[int, int]:
        return self.flows

    def sweep(self) -> None:
        """Forget nothing: nothing here grows old."""

    def settled(self, tables: Tables) -> Tables:
        return tables


class Clock:
    now_s = 1000.0

    def monotonic(self) -> float:
        return self.now_s


def options_of(config: VipConfig) -> Options:
    return config.options(1500, bytes(6))


def check(service: Service, **results: bool) -> None:
    for name, passed in results.items():
        target = Target("www", name, "", 80, None, 1.0, 1.0)
        service.checked(target, "" if passed else "no answer")


def owners(service: Service) -> set[str]:
    roster = service.roster
    names = {roster.backend_number(p, n): n for p, n, _ in roster.each()}
    return {names[n] for n in service.forwarder.written[-1].slots[0]}


def order(service: Service, **request: object) -> dict:
    return Orders(service).handle(request)
