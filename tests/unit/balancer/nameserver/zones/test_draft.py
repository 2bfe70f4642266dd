"""What is wrong in a zone as a whole, and what exists in a zone that is right."""

import pytest
from fakes.master_files import TextFile

from balancer.nameserver.zones.draft import Draft
from balancer.nameserver.zones.master_file import Unreadable, read_master_file
from balancer.wire.dns.names import name_from_text, name_to_text

APEX = name_from_text("gslb.net")
HEAD = ["@ 60 SOA ns hostmaster 1 2 3 4 5", "@ 60 NS ns", "ns 60 A 23.0.0.1"]


def drafted(*lines):
    """The zone of some lines, and what is wrong with it."""
    wrong = []
    draft = Draft(APEX, lambda place, what: wrong.append(f"{place}: {what}"))
    for entry in read_master_file(TextFile("\n".join(lines)), APEX):
        assert not isinstance(entry, Unreadable), entry
        draft.add(str(entry.line), *entry[2:])
    return draft.finish("zone"), wrong


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        pytest.param(
            HEAD[1:], ["zone: no SOA record; add one at 'gslb.net'"], id="no SOA"
        ),
        pytest.param(
            [HEAD[0]],
            ["zone: no name server; add a record of type NS at 'gslb.net'"],
            id="no NS",
        ),
        pytest.param(
            [*HEAD, HEAD[0].replace("1 2", "2 2")],
            ["4: a second SOA record of 'gslb.net'"],
            id="second SOA",
        ),
        pytest.param(
            [*HEAD, "a 60 SOA ns hostmaster 1 2 3 4 5"],
            ["4: an SOA record away from the zone's own name"],
            id="SOA elsewhere",
        ),
        pytest.param(
            [*HEAD, "a 60 CNAME b", "a 60 A 23.0.0.1"],
            ["5: a CNAME cannot share 'a.gslb.net' with other records"],
            id="CNAME and other data",
        ),
        pytest.param(
            [*HEAD, "a 60 CNAME b", "a 60 CNAME c"],
            ["5: a CNAME cannot share 'a.gslb.net' with other records"],
            id="two CNAMEs",
        ),
        pytest.param(
            [*HEAD, "a 60 A 23.0.0.1", "a 61 A 23.0.0.2"],
            ["5: another TTL than the records of 'a.gslb.net' before it: give all one"],
            id="two TTLs",
        ),
        pytest.param(
            [*HEAD, "gslb.org. 60 A 23.0.0.1", "xgslb.net. 60 A 23.0.0.1"],
            [
                "4: 'gslb.org' is not in zone 'gslb.net'",
                "5: 'xgslb.net' is not in zone 'gslb.net'",
            ],
            id="out of zone",
        ),
        pytest.param(
            [*HEAD, "a 60 DNAME b.", "a 60 NSEC b. A"],
            [
                "4: DNAME: not supported",
                "5: NSEC: zones are signed when they are asked; remove the signatures",
            ],
            id="refused types",
        ),
        pytest.param(
            [*HEAD, *(f"a 60 TYPE{n} \\# 0" for n in (0, 41, 128, 252))],
            [
                "4: type 0: no record of a zone; remove it",
                "5: type 41: no record of a zone; remove it",
                "6: type 128: no record of a zone; remove it",
                "7: type 252: no record of a zone; remove it",
            ],
            id="types of messages",
        ),
        pytest.param(
            [*HEAD, "c 60 NS ns.c", "x.c 60 TXT far", "d.c 60 NS ns", "c 60 TXT own"],
            [
                "zone: 'c.gslb.net' is delegated: remove all but NS, DS, glue",
                "zone: 'x.c.gslb.net' is delegated away by 'c.gslb.net': remove one",
                "zone: 'd.c.gslb.net' is delegated away by 'c.gslb.net': remove one",
            ],
            id="below a cut",
        ),
        pytest.param(
            [*HEAD, "*.c 60 NS ns"],
            ["zone: '*.c.gslb.net' is a wildcard, which cannot be delegated"],
            id="delegated wildcard",
        ),
        pytest.param(
            [*HEAD, "c 60 DS 1 13 2 " + "00" * 32],
            ["zone: 'c.gslb.net' has a DS record, and no NS record: add one"],
            id="DS without NS",
        ),
        pytest.param(
            [*HEAD, *(f"a 60 TXT {i} " + f'"{"x" * 250}" ' * 60 for i in range(10))],
            ["8: 'a.gslb.net': 75370 octets of records of one type"],
            id="a set beyond any message",
        ),
    ],
)
def test_wrong(lines, wrong):
    told = drafted(*lines)[1]
    assert told[: len(wrong)] == wrong


def test_the_same_record_again_is_none():
    zone, wrong = drafted(HEAD[0], *HEAD, "c 60 CNAME x", "C 60 CNAME X", *HEAD)
    assert not wrong
    assert len(zone.find(APEX).find(2).data) == 1
    assert len(zone.find(name_from_text("c.gslb.net")).find(5).data) == 1


def test_what_exists():
    zone, wrong = drafted(
        *HEAD,
        "x.y 60 A 23.0.0.1",
        "x.y 60 A 23.0.0.1",
        "c 60 NS ns.c",
        "ns.c 60 A 1.1.1.1",
    )
    assert not wrong
    assert {name_to_text(name) for name, _ in zone.nodes} == {
        "gslb.net", "ns.gslb.net", "x.y.gslb.net", "y.gslb.net", "c.gslb.net",
        "ns.c.gslb.net",
    }  # fmt: skip
    assert zone.has_cuts
    assert not zone.has_wildcards
    assert zone.find(name_from_text("deep.ns.c.gslb.net")).is_cut
    assert zone.find(name_from_text("y.gslb.net")).types() == ()
    assert len(zone.find(name_from_text("x.y.gslb.net")).find(1).data) == 1
    assert zone.find(name_from_text("a.x.y.gslb.net")) is None
    assert zone.serial == 1
