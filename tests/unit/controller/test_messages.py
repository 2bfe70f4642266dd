import struct
from collections import Counter
from importlib.util import find_spec

import pytest
from fakes.fabrics import triangle

from balancer.errors import Unsupported
from controller.change import Change
from controller.flows import MULTICAST6, desired_flows
from controller.messages import Messages, to_wire
from controller.openflow import (
    Choose,
    Field,
    Flow,
    Kind,
    MemberIs,
    Output,
    OutputElsewhere,
    Table,
    cookie_of,
)
from controller.seam import OPENFLOW13, load_framework

HEADER = struct.Struct("!BBHI")  # version, type, length, transaction
COOKIES = struct.Struct("!QQBB")  # cookie, mask, table, command
PACKET_OUT, FLOW_MOD, BARRIER_REQUEST, SET_ASYNC = 13, 14, 20, 28
ADD, DELETE = 0, 3
ALL_TABLES = 0xFF

NUMBERS = {"lb1": 3, "lb2": 4}


class FakeDatapath:
    """What the framework's datapath is to a message: a version and a counter."""

    def __init__(self, framework):
        self.ofproto, self.ofproto_parser = framework.ofproto, framework.parser
        self.xid = 100

    def set_xid(self, message):
        self.xid += 1
        message.set_xid(self.xid)


@pytest.fixture(scope="module")
def framework():
    return load_framework("os_ken")


@pytest.fixture
def datapath(framework):
    return FakeDatapath(framework)


def split(wire):
    """Return the messages of a stream as (type, transaction, body)."""
    found = []
    while wire:
        version, kind, length, xid = HEADER.unpack_from(wire)
        assert version == OPENFLOW13
        found.append((kind, xid, wire[HEADER.size : length]))
        wire = wire[length:]
    return found


def test_a_change_adds_then_removes_then_asks_for_confirmation(framework, datapath):
    flow = Flow(Kind.HOST, Table.ROUTE, (Field("eth_type", 0x800),), (Output("lb1"),))
    made = Messages(framework).change(datapath, Change((flow,), (0xC0FFEE,)), NUMBERS)
    add, remove, barrier = split(to_wire(datapath, made))
    assert [add[0], remove[0], barrier[0]] == [FLOW_MOD, FLOW_MOD, BARRIER_REQUEST]
    assert [add[1], remove[1], barrier[1]] == [101, 102, 103] == [m.xid for m in made]
    assert COOKIES.unpack_from(add[2]) == (cookie_of(flow, NUMBERS), 0, 0, ADD)
    whole = (1 << 64) - 1
    assert COOKIES.unpack_from(remove[2]) == (0xC0FFEE, whole, ALL_TABLES, DELETE)


@pytest.mark.parametrize(
    ("action", "octets"),
    [
        pytest.param(
            Output("lb2"),
            # reg_load of 0 into in_port (16 bits), then output to port 4.
            "ffff 0018 00002320 0007 000f 00000002 0000000000000000"
            "0000 0010 00000004 ffe5 000000000000",
            id="output forgets the in-port",
        ),
        pytest.param(
            OutputElsewhere("lb2"),
            # apply_actions with nothing but the output, which the in-port excludes.
            "0004 0018 00000000 0000 0010 00000004 ffe5 000000000000",
            id="output elsewhere remembers it",
        ),
        pytest.param(
            Choose(("lb1", "", "lb2")),
            # bundle_load: hrw, symmetric_l3l4+udp, ofport, 3 members, into reg1.
            "ffff 0028 00002320 000d 0001 0003 0000 00000002 0003 001f 00010204"
            "00000000 0003 ffff 0004 0000",
            id="choose among three, one withdrawn",
        ),
    ],
)
def test_octets_of_nicira_actions(framework, datapath, action, octets):
    flow = Flow(Kind.HOST, Table.ROUTE, (), (action,))
    message = Messages(framework).add(datapath, flow, NUMBERS)
    wire = to_wire(datapath, [message])
    assert bytes.fromhex(octets.replace(" ", "")) in wire


def test_a_switch_is_asked_for_expired_packets_and_states_of_ports(framework, datapath):
    message = Messages(framework).hear_expired(datapath)
    [(kind, _, body)] = split(to_wire(datapath, [message]))
    assert kind == SET_ASYNC
    # Packets, ports, removed flows; each as master or equal, and as slave.
    assert struct.unpack("!6I", body) == (1 << 2, 1 << 2, 7, 7, 0, 0)


def test_a_frame_of_the_controllers_is_routed_by_the_switch(framework, datapath):
    message = Messages(framework).route(datapath, b"frame")
    [(kind, _, body)] = split(to_wire(datapath, [message]))
    assert kind == PACKET_OUT
    assert body.endswith(b"frame")
    # No buffer, from the controller, 16 octets of actions: output to the tables.
    assert body[:10] == bytes.fromhex("ffffffff fffffffd 0010")
    assert bytes.fromhex("0000 0010 fffffff9") in body


def test_a_prefix_and_a_chosen_member_in_a_match(framework, datapath):
    match = (Field("eth_type", 0x86DD), Field("ipv6_dst", "2a11::/48"), MemberIs("lb2"))
    flow = Flow(Kind.MEMBER, Table.MEMBER, match, ())
    message = Messages(framework).add(datapath, flow, NUMBERS)
    assert message.match["reg1"] == NUMBERS["lb2"]
    assert message.match["ipv6_dst"] == ("2a11::", "ffff:ffff:ffff::")


def test_a_masked_mac_in_a_match(framework, datapath):
    flow = Flow(Kind.BRIDGE, Table.ROUTE, (Field("eth_dst", MULTICAST6),), ())
    message = Messages(framework).add(datapath, flow, NUMBERS)
    assert message.match["eth_dst"] == ("33:33:00:00:00:00", "ff:ff:00:00:00:00")
    assert bytes.fromhex("333300000000ffff00000000") in to_wire(datapath, [message])


def test_every_flow_of_a_fabric_can_be_said(framework, datapath):
    fabric = triangle()
    names = sorted(port.name for port in fabric.ports())
    numbers = {name: number for number, name in enumerate(names, start=1)}
    for flows in desired_flows(fabric).values():
        change = Change(tuple(flows), ())
        made = Messages(framework).change(datapath, change, numbers)
        kinds = Counter(kind for kind, _, _ in split(to_wire(datapath, made)))
        assert kinds == {FLOW_MOD: len(flows), BARRIER_REQUEST: 1}


def test_cookies_tell_flows_and_port_numbers_apart():
    flow = Flow(Kind.HOST, Table.ROUTE, (), (Output("lb1"),))
    other = Flow(Kind.HOST, Table.ROUTE, (), (Output("lb2"),))
    cookies = [cookie_of(flow, NUMBERS), cookie_of(other, NUMBERS),
               cookie_of(flow, {"lb1": 9}), cookie_of(flow, {"lb1": 3})]  # fmt: skip
    assert len(set(cookies)) == 3
    assert cookies[0] == cookies[3]
    assert {cookie >> 56 for cookie in cookies} == {Kind.HOST}


@pytest.mark.skipif(find_spec("ryu") is not None, reason="Ryu is installed")
def test_a_framework_that_is_not_installed_is_named():
    with pytest.raises(Unsupported, match=r"^ryu: not installed .*provision.sh --ryu"):
        load_framework("ryu")
