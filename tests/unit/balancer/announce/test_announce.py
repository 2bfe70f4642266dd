"""What makes a server fit to be announced, and how the router hears of it."""

import json
import socket
from selectors import DefaultSelector

import pytest

from balancer.announce.config import read_announce_config
from balancer.announce.dns_probe import DnsProber, DnsTarget, complaint
from balancer.announce.session import Session
from balancer.announce.standing import Standing
from balancer.errors import ConfigError
from balancer.vip.pools.health import Thresholds

ZONE = b"\4gslb\3net\0"
CONFIG = """
[announce]
anycast = "nameserver"
member = "fra-ns"
router = "/run/control.sock"
check = [
  { name = "dns", kind = "dns", address = "127.0.0.1", zone = "gslb.net" },
  { name = "www", kind = "http", address = "::1", path = "/health", any_of = "site" },
  { name = "ssh", kind = "tcp", address = "::1", port = 22, any_of = "site" },
]
"""


@pytest.mark.parametrize(
    ("results", "fit", "ailing"),
    [
        pytest.param("dns+ www+ ssh+", True, [], id="all pass"),
        pytest.param("dns+ www- ssh+", True, [], id="one about the site is enough"),
        pytest.param("dns+ www- ssh-", False, ["site"], id="none about the site"),
        pytest.param("dns- www+ ssh+", False, ["dns"], id="the server"),
        pytest.param("dns+ www+ ssh+ dns-", True, [], id="one failure is none"),
        pytest.param("dns+ www+ ssh+ dns- dns-", False, ["dns"], id="two are"),
        pytest.param(
            "dns- dns- www+ ssh+ dns+ dns+", False, ["dns"], id="not back yet"
        ),
        pytest.param("dns- dns- www+ ssh+ dns+ dns+ dns+", True, [], id="back"),
        pytest.param("dns+ www+", False, [], id="not all have ended"),
    ],
)
def test_standing(results, fit, ailing):
    checks = [("dns", "dns"), ("www", "site"), ("ssh", "site")]
    standing = Standing(checks, Thresholds(rise=3, fall=2))
    for result in results.split():
        standing.note(result[:-1], result.endswith("+"))
    assert (standing.is_complete and standing.is_fit) == fit
    if standing.is_complete:
        assert standing.ailing() == ailing


def response(flags=0x8400, answers=1, identifier=7):
    fields = (identifier, flags, 1, answers, 0, 0)
    return b"".join(field.to_bytes(2, "big") for field in fields)


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        pytest.param(response(), "", id="good"),
        pytest.param(response(0x8405), "response code 5 (REFUSED)", id="refused"),
        pytest.param(response(0x8402), "response code 2", id="SERVFAIL"),
        pytest.param(response(0x8000), "no authoritative answer", id="no authority"),
        pytest.param(response(answers=0), "no answer", id="empty"),
        pytest.param(response(identifier=8), None, id="to another query"),
        pytest.param(response(0x0400), None, id="a query"),
        pytest.param(b"\0\7", None, id="too short"),
    ],
)
def test_complaint(octets, expected):
    assert complaint(octets, 7) == expected


class Asked:
    """A prober with one target, a port of ours, and a clock that is turned."""

    def __init__(self):
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server.bind(("127.0.0.1", 0))
        self.server.settimeout(20)
        self.results = []
        self.selector = DefaultSelector()
        target = DnsTarget("dns", *self.server.getsockname(), ZONE, 0.1, 0.3)
        self.prober = DnsProber(
            (target,), self.selector, lambda *it: self.results.append(it), 10.0
        )

    def read(self):
        for key, _ in self.selector.select(5):
            key.data()

    def close(self):
        self.prober.close()
        self.selector.close()
        self.server.close()


@pytest.fixture
def asked():
    made = Asked()
    yield made
    made.close()


def test_asks_once_per_interval_and_takes_only_its_own_answer(asked):
    assert asked.prober.run(10.0) == pytest.approx(0.1)
    query, peer = asked.server.recvfrom(512)
    assert query[12:] == ZONE + b"\0\6\0\1"
    asked.server.sendto(response(identifier=query[1] ^ 1), peer)
    asked.read()
    assert asked.results == []
    asked.server.sendto(query[:2] + response()[2:], peer)
    asked.read()
    assert asked.results == [("dns", "")]
    assert asked.prober.run(10.05) == pytest.approx(0.05)
    asked.prober.run(10.1)
    assert asked.server.recvfrom(512)


def test_silence_is_a_failure_in_time_while_the_next_is_asked(asked):
    for tenth in range(4):
        asked.prober.run(10.0 + tenth / 10)
    assert asked.results == [("dns", "no answer in 0.3 s")]
    asked.prober.run(10.4)
    assert asked.results == [("dns", "no answer in 0.3 s")] * 2


def test_a_closed_port_is_a_failure_at_once(asked):
    asked.server.close()
    asked.prober.run(10.0)
    asked.read()
    assert asked.results == [("dns", "Connection refused")]


class Router:
    """A control socket, and the session that talks to it."""

    def __init__(self, folder):
        self.path = folder / "control.sock"
        self.selector = DefaultSelector()
        self.session = Session(self.path, self.selector, "nameserver", "fra-ns")
        self.listener = self.client = None

    def listen(self):
        self.path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()

    def accept(self):
        self.client, _ = self.listener.accept()
        self.client.settimeout(20)

    def hear(self):
        lines = self.client.recv(999).splitlines()
        return [json.loads(line)["command"] for line in lines]

    def answer(self, **fields):
        self.client.sendall(json.dumps(fields).encode() + b"\n")
        self.turn()

    def turn(self):
        for key, _ in self.selector.select(5):
            key.data()

    def close(self):
        self.session.close()
        for each in (self.listener, self.client, self.selector):
            if each is not None:
                each.close()


@pytest.fixture
def router(tmp_path):
    made = Router(tmp_path)
    yield made
    made.close()


def test_the_router_is_told_when_it_comes_and_comes_back(router):
    router.session.keep()
    router.session.say(True)
    router.session.keep()
    assert router.session.starts == 0, "nobody is there"
    router.listen()
    router.session.keep()
    router.accept()
    assert router.hear() == ["hold"]
    assert router.session.acknowledged is None
    router.answer(ok=True)
    assert router.session.acknowledged is True
    router.client.close()
    router.turn()
    assert router.session.acknowledged is None
    router.session.keep()
    router.accept()
    assert router.hear() == ["hold"]


def test_only_changes_are_said_and_refusals_count_for_nothing(router, caplog):
    router.listen()
    router.session.say(False)
    router.session.keep()
    router.session.say(False)
    router.session.say(True)
    router.accept()
    assert router.hear() == ["withdraw", "hold"]
    router.answer(ok=True)
    assert router.session.acknowledged is False
    router.answer(ok=False, error="no such member")
    assert router.session.acknowledged is False
    assert "no such member" in caplog.text


def test_config(tmp_path):
    path = tmp_path / "announce.toml"
    path.write_text(CONFIG)
    table = read_announce_config(path).announce
    assert (table.interval, table.timeout, table.rise, table.fall) == (0.1, 0.4, 3, 2)
    assert table.check[0].zone == ZONE


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param(', zone = "gslb.net"', "", "check[0].zone: missing", id="zone"),
        pytest.param(
            'path = "/health"', 'zone = "x"', "check[1].path: missing", id="path"
        ),
        pytest.param(
            'path = "/health"', 'path = "/", zone = "x"', "means nothing", id="more"
        ),
        pytest.param("port = 22, ", "", "check[2].port: missing", id="port"),
        pytest.param('"ssh"', '"www"', "check[2]: the same as", id="twice"),
        pytest.param('"tcp"', '"tpc"', '(did you mean "tcp"?)', id="kind"),
    ],
)
def test_config_mistakes(tmp_path, old, new, what):
    path = tmp_path / "announce.toml"
    path.write_text(CONFIG.replace(old, new))
    with pytest.raises(ConfigError) as error:
        read_announce_config(path)
    assert what in str(error.value)
