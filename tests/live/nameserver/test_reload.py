"""Loading anew: at once for all, without losing a query, and never for the worse."""

import signal
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

import dns.message
import dns.query
import pytest
from live.nameserver.program import PATIENCE_S, Program, running_program

from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS = "127.0.53.21"
CONFIG = """
[server]
site = "fra"
listen = ["127.0.53.21"]
port = {port}
[[zone]]
name = "gslb.net"
file = "gslb.zone"
"""
HEAD = """\
$TTL 60
@ SOA ns hostmaster {serial} 3600 600 1209600 5
@ NS ns
ns A 127.0.53.21
www A {address}
"""
NAMES = 3000


def write_zone(folder, serial, address, *more):
    hosts = [f"host{i} A 23.0.{i >> 8}.{i & 255}" for i in range(NAMES)]
    head = HEAD.format(serial=serial, address=address)
    (folder / "gslb.zone").write_text(head + "\n".join([*hosts, *more, ""]))


@pytest.fixture
def program(tmp_path):
    write_zone(tmp_path, 1, "23.0.0.1")
    with running_program(tmp_path, ADDRESS, CONFIG) as running:
        yield running


def ask(program: Program, name, type_="A"):
    query = dns.message.make_query(name, type_)
    response = dns.query.udp(query, ADDRESS, port=program.port, timeout=PATIENCE_S)
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


@dataclass
class Asking:
    """Queries one after the other in a thread, each with long enough to answer."""

    program: Program
    asked: int = 0
    lost: int = 0
    answers: set[bytes] = field(default_factory=set)

    def __enter__(self):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        wire = dns.message.make_query("www.gslb.net", "A").to_wire()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE_S)
            client.connect((ADDRESS, self.program.port))
            while not self._stop.is_set():
                client.send(wire)
                self.asked += 1
                try:
                    self.answers.add(client.recv(512)[-4:])
                except TimeoutError:
                    self.lost += 1


def test_a_new_zone_takes_over_and_no_query_is_lost(program):
    with Asking(program) as asking:
        for serial in (2, 3):
            write_zone(
                program.folder, serial, f"23.0.0.{serial}", f"new{serial} A 1.1.1.1"
            )
            assert program.reload()["done"] == serial - 1
            assert ask(program, "www.gslb.net") == [f"23.0.0.{serial}"]
            assert ask(program, f"new{serial}.gslb.net") == ["1.1.1.1"]
        until("it was asked on", lambda: asking.answers >= {b"\x17\0\0\3"})
    assert asking.lost == 0
    assert asking.asked > 100
    assert asking.answers == {b"\x17\0\0\1", b"\x17\0\0\2", b"\x17\0\0\3"}
    assert program.status()["serials"] == {"gslb.net": 3}


def test_a_wrong_zone_changes_nothing_and_every_mistake_is_told(program):
    write_zone(program.folder, 2, "23.0.0.2", "a A 1.1", "b BOGUS x", "ns CNAME www")
    assert program.reload()["failed"] == 1
    assert ask(program, "www.gslb.net") == ["23.0.0.1"]
    log = program.log()
    for words in (
        f"gslb.zone:{NAMES + 6}: not readable: a A 1.1",
        f"gslb.zone:{NAMES + 7}: not readable: b BOGUS x: unknown rdatatype",
        f"gslb.zone:{NAMES + 8}: a CNAME cannot share 'ns.gslb.net'",
    ):
        assert words in log
    (program.folder / "gslb.zone").unlink()
    assert program.reload()["failed"] == 2
    write_zone(program.folder, 3, "23.0.0.3")
    assert program.reload()["done"] == 1
    assert ask(program, "www.gslb.net") == ["23.0.0.3"]


def test_a_change_in_an_included_file_is_seen_and_a_bad_one_never_taken(program):
    write_zone(program.folder, 2, "23.0.0.2", "$INCLUDE more.inc sub")
    included = program.folder / "more.inc"
    with Asking(program) as asking:
        for address in ("1.1.1.1", "1.1.1.2"):
            included.write_text(f"a A {address}\n")
            program.reload()
            assert ask(program, "a.sub.gslb.net") == [address]
        included.write_text("a A 1.1.1.3\nb A 1.1.1\n")
        program.reload()
        included.unlink()
        counts = program.reload()
        assert (counts["done"], counts["failed"]) == (2, 2)
        assert ask(program, "a.sub.gslb.net") == ["1.1.1.2"]
    assert asking.lost == 0
    assert "more.inc:2: not readable: b A 1.1.1:" in program.log()
    missing = f"gslb.zone:{NAMES + 6}: $INCLUDE more.inc: no such file; name it"
    assert missing in program.log()


def test_told_twice_it_loads_what_came_last(program):
    for serial in (2, 3):
        write_zone(program.folder, serial, f"23.0.0.{serial}")
        program.process.send_signal(signal.SIGHUP)
    until(
        "the last is in force",
        lambda: program.status()["serials"] == {"gslb.net": 3},
        within_s=60,
    )


def test_memory_of_old_zones_is_given_back(program):
    def shared_kb():
        lines = Path(f"/proc/{program.process.pid}/status").read_text().splitlines()
        return next(int(each.split()[1]) for each in lines if "RssShmem" in each)

    sizes = []
    for serial in range(2, 6):
        write_zone(program.folder, serial, "23.0.0.1")
        program.reload()
        sizes.append(shared_kb())
    assert max(sizes) < 1.2 * min(sizes)
