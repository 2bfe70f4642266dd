from types import SimpleNamespace

import pytest
from fakes.fabrics import triangle

from controller.app import App
from controller.control import Said
from controller.core import Core
from controller.messages import Messages
from controller.seam import load_framework

LINK_DOWN, PORT_DELETED, PORT_MODIFIED = 1, 1, 2
NO_MATCH, TTL_ENDED = 0, 2
LOCAL_PORT = 0xFFFFFFFE


class FakeDatapath:
    """A connection that keeps what is sent."""

    def __init__(self, framework, dpid):
        self.ofproto, self.ofproto_parser = framework.ofproto, framework.parser
        self.id = dpid
        self.sent = []
        self._xid = 0

    def set_xid(self, message):
        self._xid += 1
        message.set_xid(self._xid)

    def send(self, wire):
        self.sent.append(wire)


class Lab:
    """The app with fake switches of the triangle, and how to tell it things."""

    def __init__(self):
        self.framework = load_framework("os_ken")
        self.fabric = triangle()
        self.ready = []
        core = Core(self.fabric)
        self.app = App(core, Messages(self.framework), lambda: self.ready.append(1))
        self.call = {it.event: it.call for it in self.app.handlers()}
        self.datapaths = {it.site: self.datapath(it.dpid) for it in self.fabric.routers}

    def datapath(self, dpid):
        return FakeDatapath(self.framework, dpid)

    def port(self, name, number, state=0):
        return SimpleNamespace(
            name=name.encode(), port_no=number, state=state, config=0
        )

    def tell(self, event, datapath, **fields):
        message = SimpleNamespace(datapath=datapath, **fields)
        self.call[event](SimpleNamespace(msg=message))

    def tell_ports(self, site, datapath):
        names = sorted(it.name for it in self.fabric.ports() if it.site == site)
        body = [self.port(name, n) for n, name in enumerate(names, start=1)]
        body.append(self.port(f"sw-{site}", LOCAL_PORT))
        first, rest = body[:2], body[2:]
        self.tell("EventOFPPortDescStatsReply", datapath, body=first, flags=1)
        self.tell("EventOFPPortDescStatsReply", datapath, body=rest, flags=0)

    def tell_flows(self, datapath, cookies=()):
        body = [SimpleNamespace(cookie=cookie) for cookie in cookies]
        self.tell("EventOFPFlowStatsReply", datapath, body=body, flags=0)

    def confirm(self, datapath):
        self.tell("EventOFPBarrierReply", datapath, xid=datapath._xid)

    def connect_all(self):
        for site, datapath in self.datapaths.items():
            self.tell_ports(site, datapath)
            self.tell_flows(datapath)

    def confirm_all(self):
        for datapath in self.datapaths.values():
            self.confirm(datapath)


@pytest.fixture
def lab():
    return Lab()


def test_ready_is_told_once_after_the_last_confirmation(lab):
    lab.connect_all()
    *others, last = lab.datapaths.values()
    for datapath in others:
        lab.confirm(datapath)
    assert lab.ready == []
    lab.confirm(last)
    lab.confirm(last)
    assert lab.ready == [1]


def test_a_barrier_before_the_last_one_confirms_nothing(lab):
    lab.connect_all()
    *others, last = lab.datapaths.values()
    for datapath in others:
        lab.confirm(datapath)
    lab.tell("EventOFPBarrierReply", last, xid=last._xid - 1)
    assert lab.ready == []


def test_flows_go_out_in_one_write_when_all_have_connected(lab):
    lab.connect_all()
    # The question for the flows that are there, then all flows with their barrier.
    assert [len(it.sent) for it in lab.datapaths.values()] == [2, 2, 2]


def test_a_second_answer_with_the_ports_starts_nothing_again(lab):
    lab.connect_all()
    lab.tell_ports("fra", lab.datapaths["fra"])
    assert len(lab.datapaths["fra"].sent) == 2


def test_an_error_stands_in_the_way_of_ready(lab, caplog):
    lab.connect_all()
    error = {"type": 5, "code": 1, "data": b"\x04\x0e"}
    for _ in range(50):
        lab.tell("EventOFPErrorMsg", lab.datapaths["iad"], **error)
    lab.confirm_all()
    assert lab.ready == []
    assert lab.app.snapshot()["errors"] == 50
    logged = [it for it in caplog.messages if it.startswith("iad: error 5/1: 040e")]
    assert len(logged) == 20


def test_a_wire_going_down_changes_flows_and_status(lab):
    lab.connect_all()
    lab.confirm_all()
    ports = sorted(it.name for it in lab.fabric.ports() if it.site == "iad")
    number = ports.index("iad-syd") + 1
    down = lab.port("iad-syd", number, LINK_DOWN)
    iad = lab.datapaths["iad"]
    lab.tell("EventOFPPortStatus", iad, reason=PORT_MODIFIED, desc=down)
    status = lab.app.snapshot()
    assert status["links_down"] == ["iad-syd"]
    assert status["recomputes"] == 2
    assert len(iad.sent) == 3
    lab.tell("EventOFPPortStatus", iad, reason=PORT_DELETED, desc=down)
    assert lab.app.snapshot()["links_down"] == ["iad-syd"]


def test_a_connection_that_was_replaced_is_not_heard(lab):
    lab.connect_all()
    old, new = lab.datapaths["fra"], lab.datapath(1)
    lab.call["EventOFPStateChange"](SimpleNamespace(datapath=old, state="dead"))
    assert lab.app.snapshot()["switches"]["fra"]["connected"] is False
    lab.tell_ports("fra", new)
    lab.tell_flows(new)
    lab.call["EventOFPStateChange"](SimpleNamespace(datapath=old, state="dead"))
    sent = len(old.sent)
    lab.tell_flows(old)
    assert lab.app.snapshot()["switches"]["fra"]["connected"] is True
    assert len(old.sent) == sent


def test_a_switch_that_nobody_knows_is_left_alone(lab, caplog):
    stranger = lab.datapath(99)
    body = [lab.port("x", 1)]
    lab.tell("EventOFPPortDescStatsReply", stranger, body=body, flags=0)
    lab.tell_flows(stranger)
    assert stranger.sent == []
    assert caplog.messages == ["no site has the datapath 0000000000000063"]


# An IPv4 header without payload, from 11.3.16.10 to 11.1.1.10, after an Ethernet one.
EXPIRED = bytes(12) + bytes.fromhex(
    "0800 4500 0014 0000 0000 01 11 0000 0b03100a 0b01010a"
)


@pytest.mark.parametrize(
    ("reason", "data", "counts", "answers"),
    [
        pytest.param(TTL_ENDED, EXPIRED, (0, 1), 1, id="a TTL that ended"),
        pytest.param(TTL_ENDED, b"", (0, 1), 0, id="of nobody"),
        pytest.param(NO_MATCH, EXPIRED, (1, 0), 0, id="a packet that no flow sends"),
    ],
)
def test_a_packet_of_a_switch(lab, reason, data, counts, answers):
    lab.connect_all()
    fra = lab.datapaths["fra"]
    sent = len(fra.sent)
    lab.tell("EventOFPPacketIn", fra, reason=reason, data=data)
    status = lab.app.snapshot()
    assert (status["packets_in"], status["ttl_expired"]) == counts
    assert len(fra.sent) == sent + answers
    # The packet that is quoted is the end of the answer.
    assert not answers or fra.sent[-1].endswith(data[14:])


def say(lab, text, session=1):
    answers = []
    line = None if text is None else text.encode()
    lab.app.on_said(Said(session, line, answers.append))
    return answers[0]


def command(word):
    return f'{{"command": "{word}", "anycast": "nameserver", "member": "fra-be"}}'


def test_a_withdrawal_is_sent_before_it_is_answered(lab):
    lab.connect_all()
    sent = len(lab.datapaths["fra"].sent)
    assert say(lab, command("withdraw")) == {"ok": True}
    assert len(lab.datapaths["fra"].sent) == sent + 1
    assert lab.app.snapshot()["withdrawn"] == ["nameserver/fra-be"]
    say(lab, command("withdraw"))
    assert len(lab.datapaths["fra"].sent) == sent + 1, "nothing new"


def test_the_end_of_a_session_withdraws_what_it_held(lab):
    lab.connect_all()
    say(lab, command("hold"), session=1)
    say(lab, None, session=2)
    assert lab.app.snapshot()["withdrawn"] == []
    say(lab, None, session=1)
    assert lab.app.snapshot()["withdrawn"] == ["nameserver/fra-be"]


def test_a_wrong_command_is_answered_so(lab):
    answer = say(lab, "?")
    assert answer["ok"] is False
    assert "not JSON" in answer["error"]
