"""Several processes that answer as one: their counts, their ends, and loading anew."""

import os
import signal
import socket
from pathlib import Path

import dns.edns
import dns.message
import dns.query
import pytest
from live.nameserver.program import PATIENCE_S, Program, running_program

from balancer.status import read_status
from topo.wait import until

pytestmark = pytest.mark.live

ADDRESS = "127.0.53.31"
PROCESSES = 3
ZONE = """
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "www.gslb.net", type = "A", value = "23.0.1.80" },
]
"""
SERVER = f"""
[server]
site = "fra"
listen = ["{ADDRESS}"]
port = {{port}}
"""
CONFIG = SERVER + f"processes = {PROCESSES}\n" + ZONE


@pytest.fixture
def program(tmp_path):
    with running_program(tmp_path, ADDRESS, CONFIG) as running:
        yield running


def query(*options):
    return dns.message.make_query("www.gslb.net", "A", use_edns=0, options=options)


def ask(program: Program, asked=None, ask_by=dns.query.udp):
    """Ask from a new port, so that it may be another process that answers."""
    return ask_by(asked or query(), ADDRESS, port=program.port, timeout=PATIENCE_S)


def addresses(response):
    return [rdata.to_text() for rrset in response.answer for rdata in rrset]


def workers(program: Program) -> list[int]:
    """Return the processes that the server has started, by its sockets' owners."""
    own = Path(f"/proc/{program.process.pid}/task")
    return [int(pid) for task in own.iterdir() for pid in children(task)]


def children(task: Path) -> list[str]:
    return (task / "children").read_text().split()


def test_all_answer_and_are_counted_as_one(program):
    for _ in range(40):
        assert addresses(ask(program)) == ["23.0.1.80"]
    ask(program, ask_by=dns.query.tcp)
    # A worker may have its turn to count after the client has had its answer.
    sources = lambda: program.status()["queries_by_source"]  # noqa: E731
    until("all are counted", lambda: sources() == {"127.0.0.1": 41})
    status = program.status()
    assert status["counters"]["queries"] == 41
    assert status["counters"]["tcp"] == 1
    assert status["workers"] == {"running": PROCESSES, "restarts": 0}
    counts = [own["counters"]["queries"] for own in own_statuses(program)]
    assert sum(counts) == 41
    assert all(counts), "the kernel has spread nothing"


def own_statuses(program):
    places = [program.folder / f"status.{n}" for n in range(PROCESSES)]
    return [read_status(place) for place in places]


def test_a_worker_that_ends_is_told_of_and_replaced(program):
    victim, *others = workers(program)
    os.kill(victim, signal.SIGKILL)
    until("another has started", lambda: len(own_running(program)) == PROCESSES)
    assert victim not in workers(program)
    assert set(others) <= set(workers(program))
    assert program.status()["workers"]["restarts"] == 1
    assert "was ended by SIGKILL; restarted, 1 of 5 times" in program.log()
    for _ in range(20):
        assert addresses(ask(program)) == ["23.0.1.80"]


def own_running(program):
    status = program.status()["workers"]
    return range(status["running"]) if status["restarts"] else ()


def test_workers_are_not_restarted_for_ever(tmp_path):
    with running_program(tmp_path, ADDRESS, CONFIG, ends_with=1) as program:
        for _ in range(5):
            kill_one(program)
        os.kill(workers(program)[0], signal.SIGKILL)
        assert program.process.wait(PATIENCE_S) == 1
        assert "was ended by SIGKILL, after 5 others" in program.log()
    assert not in_use(program)


def kill_one(program):
    before = program.status()["workers"]["restarts"]
    os.kill(workers(program)[0], signal.SIGKILL)

    until("its end is seen", lambda: program.status()["workers"]["restarts"] > before)


def in_use(program):
    with socket.socket() as probe:
        return probe.connect_ex((ADDRESS, program.port)) == 0


def test_workers_end_with_the_server(tmp_path):
    with running_program(tmp_path, ADDRESS, CONFIG) as program:
        pids = workers(program)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert {path.name for path in tmp_path.iterdir()} == {"dns.toml", "log"}


def test_workers_end_when_the_server_is_killed(tmp_path):
    killed = -signal.SIGKILL
    with running_program(tmp_path, ADDRESS, CONFIG, ends_with=killed) as program:
        pids = workers(program)
        program.process.kill()
        until("all workers have ended", lambda: not any(map(is_alive, pids)))
    assert not in_use(program)


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_worker_that_cannot_start_ends_the_server(tmp_path):
    with (
        pytest.raises(AssertionError, match="ended with status 1 before it was ready"),
        running_program(tmp_path, ADDRESS, CONFIG.replace(ADDRESS, "192.0.2.1")),
    ):
        raise RuntimeError(tmp_path)
    log = (tmp_path / "log").read_text()
    assert "worker 0: cannot listen on 192.0.2.1" in log


def test_all_load_anew(program):
    config = program.folder / "dns.toml"
    config.write_text(config.read_text().replace("23.0.1.80", "23.0.2.80"))
    assert program.reload()["done"] == 1
    answers = lambda: {addresses(ask(program))[0] for _ in range(40)}  # noqa: E731
    until("all have taken it", lambda: answers() == {"23.0.2.80"})
    os.kill(workers(program)[0], signal.SIGKILL)
    until("another has started", lambda: len(own_running(program)) == PROCESSES)
    assert answers() == {"23.0.2.80"}


def test_a_wrong_configuration_changes_nothing(program):
    (program.folder / "dns.toml").write_text("no configuration")
    assert program.reload()["failed"] == 1
    assert addresses(ask(program)) == ["23.0.1.80"]


def test_a_cookie_of_one_is_good_for_all(program):
    client = b"12345678"
    given = ask(program, query(dns.edns.CookieOption(client, b"")))
    [cookie] = [o for o in given.options if o.otype == dns.edns.OptionType.COOKIE]
    for _ in range(12):
        ask(program, query(cookie))
    assert program.status()["counters"]["proven"] == 12
