"""Notices: sent until they are acknowledged, and not for ever."""

from dataclasses import replace

import dns.flags
import dns.message
import dns.opcode
import pytest

from balancer.nameserver.transfer.notice import Notices, notice
from balancer.nameserver.transfer.serials import is_newer
from balancer.wire.dns.names import name_from_text

RECEIVER = "11.1.2.99", 53


@pytest.fixture(scope="module")
def zone(zones):
    return replace(zones.by_apex[name_from_text("gslb.net")], notified=(RECEIVER,))


def test_what_is_sent(zone):
    message = dns.message.from_wire(notice(zone, 7))
    assert message.opcode() == dns.opcode.NOTIFY
    assert message.flags & dns.flags.AA
    assert message.question[0].to_text() == "gslb.net. IN SOA"
    assert message.answer[0][0].serial == 7


def test_sent_again_ever_more_slowly_and_then_given_up(zone):
    notices = Notices(lambda: 7)
    notices.add(zone, 100.0)
    sent = []
    while (due_s := notices.next_due_s()) is not None:
        assert not notices.due(due_s - 0.1)
        sent += [due_s] * len(notices.due(due_s))
    assert sent == [100.0, 102.0, 106.0, 114.0, 130.0]


def acknowledged(zone, identifier=7):
    return dns.message.make_response(
        dns.message.from_wire(notice(zone, identifier))
    ).to_wire()


@pytest.mark.parametrize(
    ("identifier", "sender", "is_one"),
    [
        pytest.param(7, RECEIVER, True, id="the secondary"),
        pytest.param(8, RECEIVER, False, id="another message"),
        pytest.param(7, ("11.1.2.98", 53), False, id="somebody else"),
    ],
)
def test_acknowledgements(zone, identifier, sender, is_one):
    notices = Notices(lambda: 7)
    notices.add(zone, 100.0)
    notices.due(100.0)
    assert not notices.heard(b"", RECEIVER)
    assert not notices.heard(notice(zone, 7), RECEIVER)
    assert notices.heard(acknowledged(zone, identifier), sender) is is_one
    assert (notices.next_due_s() is None) is is_one


def test_a_newer_version_takes_the_place_of_an_older_one(zone):
    notices = Notices(iter([7, 8]).__next__)
    notices.add(zone, 100.0)
    notices.due(100.0)
    notices.add(zone, 101.0)
    [sent] = notices.due(101.0)
    assert sent.wire == notice(zone, 8)


@pytest.mark.parametrize(
    ("serial", "than", "newer"),
    [
        pytest.param(2, 1, True, id="one more"),
        pytest.param(1, 1, False, id="the same"),
        pytest.param(1, 2, False, id="one less"),
        pytest.param(0, 2**32 - 1, True, id="begun anew"),
        pytest.param(2**31, 1, True, id="most that may be added"),
        pytest.param(2**31 + 1, 1, False, id="too far to tell"),
    ],
)
def test_serials(serial, than, newer):
    assert is_newer(serial, than) is newer
