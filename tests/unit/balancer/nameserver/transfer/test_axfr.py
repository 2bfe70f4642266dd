"""Whole zones, as dnspython puts them together again."""

import dns.message
import dns.name
import dns.rcode
import dns.rrset
import dns.tsig
import dns.xfr
import dns.zone
import pytest

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.transfer.axfr import transfer

NOW_S = 1_800_000_000
SECONDARY = "11.1.2.99"
APEX = dns.name.from_text("gslb.net")


@pytest.fixture(scope="module")
def authority(zone_text, load):
    many = "".join(
        f'{{ name = "host{i}.gslb.net", type = "TXT", value = "{"x" * 80}" }},'
        for i in range(500)
    )
    text = zone_text.replace(
        "serial = 7\n",
        f'serial = 7\ntransfer = {{ to = ["{SECONDARY}", "2a11::9"] }}\n',
    ).replace('record = [\n  { name = "gslb', f'record = [{many}\n  {{ name = "gslb')
    return Authority(load(text))


def asked(type_="AXFR", serial=None, name="gslb.net"):
    query = dns.message.make_query(name, type_)
    if serial is not None:
        soa = f"ns.gslb.net. a.gslb.net. {serial} 1 2 3 4"
        query.authority = [dns.rrset.from_text(APEX, 60, "IN", "SOA", soa)]
    return query


def together(query, messages):
    """The zone that a secondary makes of the messages."""
    zone = dns.zone.Zone(APEX, relativize=False)
    with dns.xfr.Inbound(zone, query.question[0].rdtype, serial=0) as inbound:
        done = False
        for wire in messages:
            assert not done
            message = dns.message.from_wire(wire, xfr=True, one_rr_per_rrset=True)
            assert message.id == query.id
            done = inbound.process_message(message)
    assert done
    return zone


def test_all_there_is(authority):
    query = asked()
    messages = list(transfer(authority, query.to_wire(), SECONDARY))
    assert len(messages) > 1
    zone = together(query, messages)
    names = {name.to_text() for name in zone.nodes}
    # Its own names, glue among them, and neither empty ones nor those of other zones.
    assert {
        "www.gslb.net.",
        "ns.child.gslb.net.",
        "*.wild.gslb.net.",
        "host499.gslb.net.",
    } <= names
    assert "b.gslb.net." not in names
    assert "hidden.gslb.net." not in names
    [rdataset] = [zone.find_rdataset("v4.gslb.net.", "A")]
    assert {rdata.address for rdata in rdataset} == {"23.0.1.80", "23.0.2.80"}
    assert zone.get_soa().serial == 7


def test_who_has_an_older_one_gets_all(authority):
    query = asked("IXFR", serial=6)
    zone = together(query, transfer(authority, query.to_wire(), SECONDARY))
    assert zone.get_soa().serial == 7
    assert zone.find_rdataset("gslb.net.", "NS")


def test_numbers_begin_anew_at_their_end(authority):
    wire = asked("IXFR", serial=2**31 + 8).to_wire()
    assert transfer(authority, wire, SECONDARY) is not None


@pytest.mark.parametrize("serial", [7, 8, 2**31 + 6])
@pytest.mark.parametrize("stream", [True, False])
def test_who_has_it_already_is_told_so(authority, stream, serial):
    wire = asked("IXFR", serial=serial).to_wire()
    assert transfer(authority, wire, SECONDARY) is None
    response = dns.message.from_wire(
        answer(authority, wire, SECONDARY, NOW_S, stream).wire
    )
    [soa] = response.answer
    assert soa[0].serial == 7


@pytest.mark.parametrize(
    ("wire", "source"),
    [
        pytest.param(asked().to_wire(), "11.1.2.98", id="no secondary"),
        pytest.param(asked("IXFR", serial=1).to_wire(), "11.1.2.98", id="IXFR"),
        pytest.param(asked(name=".").to_wire(), SECONDARY, id="another zone"),
    ],
)
def test_refused(authority, wire, source):
    assert transfer(authority, wire, source) is None
    result = answer(authority, wire, source, NOW_S, stream=True)
    assert dns.message.from_wire(result.wire).rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("type_", ["AXFR", "IXFR"])
@pytest.mark.parametrize("name", ["www.gslb.net", "gslb.org"])
def test_no_zone_of_ours(authority, type_, name):
    wire = asked(type_, name=name, serial=1).to_wire()
    assert transfer(authority, wire, SECONDARY) is None
    result = answer(authority, wire, SECONDARY, NOW_S, stream=True)
    assert dns.message.from_wire(result.wire).rcode() == dns.rcode.NOTAUTH


def test_who_signs_wants_it_signed_as_well(authority):
    query = asked()
    query.use_tsig(dns.tsig.Key("key.", b"k" * 32))
    assert transfer(authority, query.to_wire(), SECONDARY) is None


def test_not_in_datagrams(authority):
    result = answer(authority, asked().to_wire(), SECONDARY, NOW_S)
    assert dns.message.from_wire(result.wire).rcode() == dns.rcode.REFUSED
    wire = asked("IXFR", serial=1).to_wire()
    result = answer(authority, wire, SECONDARY, NOW_S)
    assert [each.rdtype for each in dns.message.from_wire(result.wire).answer] == [6]


def test_the_desk_counts_transfers(authority):
    desk = Desk(authority)
    messages = desk.answer_message(asked().to_wire(), SECONDARY, NOW_S)
    assert len(list(messages)) > 1
    assert desk.counters.snapshot("fra")["counters"]["transfers"] == 1
