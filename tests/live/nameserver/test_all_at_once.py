"""Zone, included file, map and steering change at the same time, under queries."""

import json
import random
import signal
import socket
import threading
from dataclasses import dataclass, field

import dns.edns
import dns.message
import pytest
from live.nameserver.program import PATIENCE_S, running_program

from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS = "127.0.53.31"
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.31"]
port = {port}
processes = PROCESSES
steering = "steering.json"
[[zone]]
name = "gslb.net"
file = "gslb.zone"
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
]
[map]
file = "networks.map"
rtt_ms.fra = { fra = 0.5, iad = 88.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5 }
"""
ZONE = "$TTL 60\n@ SOA ns h {} 2 3 4 5\n NS ns\nns A 1.1.1.1\n$INCLUDE inc\n"
ROUNDS = 8
LAST = ROUNDS, ROUNDS
SITES = {"23.0.1.80", "23.0.2.80"}


def put(path, text):
    new = path.with_name("new")
    new.write_text(text)
    new.rename(path)


def change(folder, number):
    """Write all the files anew, all with this version; every third time, wrong ones."""
    good = number % 3
    put(folder / "inc", f"inc A 10.0.0.{number}\n" if good else "inc A x\n")
    put(folder / "gslb.zone", ZONE.format(number))
    site = ("fra", "iad", "nowhere")[number % 3 - 1]
    put(folder / "networks.map", f"127.0.0.0/8 fra\n11.{number}.0.0/16 {site}\n")
    sites = {"fra": {"healthy": number % 2 == 0}, "iad": {"healthy": number % 5 > 0}}
    text = json.dumps({"version": number, "sites": sites})
    put(folder / "steering.json", text if good else "{")


@dataclass
class Asking:
    """Queries of all kinds, one after the other, in a thread of its own."""

    port: int
    asked: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self):
        rng = random.Random(self.port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE_S)
            client.connect((ADDRESS, self.port))
            while not self.stop.is_set():
                self.ask(client, rng)

    def ask(self, client, rng):
        name = rng.choice(["www", "inc", "ns"])
        subnet = dns.edns.ECSOption(f"11.{rng.randrange(20)}.0.0", 24)
        query = dns.message.make_query(f"{name}.gslb.net", "A", options=[subnet])
        client.send(query.to_wire())
        self.asked += 1
        try:
            response = dns.message.from_wire(client.recv(4096))
        except TimeoutError:
            self.wrong.append(f"no answer for {name}")
            return
        found = {it.to_text() for rrset in response.answer for it in rrset}
        if len(found) != 1 or (name == "www" and not found <= SITES):
            self.wrong.append(response.to_text())


@pytest.mark.parametrize("processes", [1, 2])
def test_no_query_is_lost_and_the_last_good_ones_are_in_force(tmp_path, processes):
    change(tmp_path, 1)
    text = CONFIG.replace("PROCESSES", str(processes))
    with running_program(tmp_path, ADDRESS, text) as program:
        asking = Asking(program.port)
        thread = threading.Thread(target=asking.run)
        thread.start()
        try:
            for number in range(2, ROUNDS + 1):
                change(tmp_path, number)
                program.process.send_signal(signal.SIGHUP)
                program.reload()
            until("all is in force", lambda: in_force(program) == LAST, within_s=60)
        finally:
            asking.stop.set()
            thread.join()
        assert "Traceback" not in program.log()
        assert program.status()["reloads"]["failed"] >= 1
    assert asking.wrong == []
    assert asking.asked > 100


def in_force(program):
    status = program.status()
    return status["serials"]["gslb.net"], status["steering"]["version"]
