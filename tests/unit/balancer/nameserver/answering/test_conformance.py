"""What compliance testers of the DNS send to a server, and what they want to see back.

Each row is one question of theirs: odd flags, opcodes, types and EDNS versions that a
server must take without falling silent (RFC 8906), octet for octet where it matters.
"""

from dataclasses import dataclass

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import pytest

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.answered import Answer
from balancer.nameserver.answering.fast import FastPath

NOW_S = 1_800_000_000
SOURCE = "11.1.3.10"
QR, AA, TC, RD, RA, Z, AD, CD = (1 << bit for bit in (15, 10, 9, 8, 7, 6, 5, 4))
NOERROR, FORMERR, NOTIMP, REFUSED, BADVERS = 0, 1, 4, 5, 16


@dataclass(frozen=True)
class Asked:
    """A query; without `version` it has no OPT record."""

    type: str = "SOA"
    flags: int = 0
    version: int | None = None
    edns_flags: int = 0
    size: int = 4096
    options: tuple[tuple[int, bytes], ...] = ()
    opcode: int = 0
    name: str = "gslb.net"
    class_: str = "IN"
    stream: bool = False

    def to_wire(self):
        made = dns.message.make_query(self.name, self.type, self.class_)
        made.flags = 0
        if self.version is not None:
            options = [dns.edns.GenericOption(*each) for each in self.options]
            made.use_edns(self.version, self.edns_flags, self.size, options=options)
            made.ednsflags |= self.version << 16
        wire = bytearray(made.to_wire())
        flags = self.flags | self.opcode << 11
        wire[2:4] = flags.to_bytes(2, "big")
        return bytes(wire)


@dataclass(frozen=True)
class Wanted:
    """What the response must be like; `edns_flags` None: it has no OPT record."""

    rcode: int = NOERROR
    flags: int = QR | AA
    answers: tuple[str, ...] = ("SOA",)
    edns_flags: int | None = None
    options: tuple[int, ...] = ()


COOKIE, NSID, SUBNET = (10, b"c" * 8), (3, b""), (8, b"\0\1\x18\0\x0b\2\3")
EXPIRE, KEEPALIVE, PADDING = (9, b""), (11, b""), (12, bytes(32))
RESOLVERS = (COOKIE, EXPIRE, KEEPALIVE, PADDING)
EVERY_OPTION = (NSID, SUBNET, *RESOLVERS)
PLAIN = Wanted()
WITH_EDNS = Wanted(edns_flags=0)
NODATA = Wanted(answers=())
ECHOES_RD = Wanted(flags=QR | AA | RD)
BAD_VERSION = Wanted(BADVERS, QR, (), 0)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        pytest.param(Asked(), PLAIN, id="plain"),
        pytest.param(Asked("A"), NODATA, id="A"),
        pytest.param(Asked("TYPE666"), NODATA, id="unknown type"),
        pytest.param(Asked("TYPE65280"), NODATA, id="private type"),
        pytest.param(Asked(flags=RD), ECHOES_RD, id="RD"),
        pytest.param(Asked(flags=AA), PLAIN, id="AA"),
        pytest.param(Asked(flags=TC), PLAIN, id="TC"),
        pytest.param(Asked(flags=RA), PLAIN, id="RA"),
        pytest.param(Asked(flags=Z), PLAIN, id="Z"),
        pytest.param(Asked(flags=AD), PLAIN, id="AD"),
        pytest.param(Asked(flags=CD), PLAIN, id="CD"),
        pytest.param(
            Asked(flags=AA | TC | RD | RA | Z | AD | CD | 0xF),
            ECHOES_RD,
            id="all flags",
        ),
        pytest.param(Asked(stream=True), PLAIN, id="TCP"),
        pytest.param(Asked(name="www.example.org"), None, id="not our zone"),
        pytest.param(Asked(class_="HS"), Wanted(REFUSED, QR, ()), id="Hesiod"),
        pytest.param(
            Asked("TXT", name="version.bind", class_="CH"),
            Wanted(flags=QR | AA, answers=("TXT",)),
            id="version, allowed here",
        ),
        pytest.param(Asked(version=0), WITH_EDNS, id="EDNS"),
        pytest.param(Asked(version=0, stream=True), WITH_EDNS, id="EDNS by TCP"),
        pytest.param(Asked(version=0, size=512), WITH_EDNS, id="EDNS, 512 octets"),
        pytest.param(Asked(version=0, size=0), WITH_EDNS, id="EDNS, 0 octets"),
        pytest.param(Asked(version=0, size=65535), WITH_EDNS, id="EDNS, 65535"),
        pytest.param(
            Asked(version=0, options=((100, b"x"),)), WITH_EDNS, id="unknown option"
        ),
        pytest.param(
            Asked(version=0, options=((9, b""),)), WITH_EDNS, id="expire option"
        ),
        pytest.param(
            Asked(version=0, options=((11, b""),)), WITH_EDNS, id="keepalive option"
        ),
        pytest.param(
            Asked(version=0, options=((12, bytes(64)),)), WITH_EDNS, id="padding"
        ),
        pytest.param(Asked(version=0, edns_flags=0x40), WITH_EDNS, id="EDNS flags"),
        pytest.param(
            Asked(version=0, edns_flags=0x8000), Wanted(edns_flags=0x8000), id="DO"
        ),
        pytest.param(
            Asked(version=0, edns_flags=0xBFFF), Wanted(edns_flags=0x8000), id="DO, all"
        ),
        pytest.param(
            Asked(flags=CD, version=0, edns_flags=0x8000),
            Wanted(edns_flags=0x8000),
            id="DO and CD",  # RFC 4035 3.1.6: which is not copied
        ),
        pytest.param(
            Asked("DNSKEY", version=0, edns_flags=0x8000, size=512),
            Wanted(answers=(), edns_flags=0x8000),
            id="keys in 512 octets",
        ),
        pytest.param(
            Asked("DNSKEY", version=0, edns_flags=0x8000, size=512, stream=True),
            Wanted(answers=(), edns_flags=0x8000),
            id="keys by TCP",
        ),
        pytest.param(
            Asked(flags=AA | TC | RD | RA | Z | AD | CD | 0xF, version=0),
            Wanted(flags=QR | AA | RD, edns_flags=0),
            id="all flags and EDNS",
        ),
        pytest.param(Asked(version=1), BAD_VERSION, id="EDNS 1"),
        pytest.param(Asked(version=255), BAD_VERSION, id="EDNS 255"),
        pytest.param(Asked(version=1, edns_flags=0x40), BAD_VERSION, id="1 and flags"),
        pytest.param(
            Asked(version=1, options=((100, b"x"),)), BAD_VERSION, id="1 and an option"
        ),
        pytest.param(
            Asked(version=1, options=((8, b"bad"),)), BAD_VERSION, id="1 and nonsense"
        ),
        pytest.param(
            Asked(version=0, options=((3, b""),)),
            Wanted(edns_flags=0, options=(3,)),
            id="NSID",
        ),
        pytest.param(
            Asked(version=0, options=((10, b"c" * 8),)),
            Wanted(edns_flags=0, options=(10,)),
            id="cookie",
        ),
        pytest.param(
            Asked(version=0, options=((8, b"\0\1\x18\0\x0b\2\3"),)),
            Wanted(edns_flags=0, options=(8,)),
            id="client subnet",
        ),
        pytest.param(
            Asked(version=0, options=((10, b"c" * 8), (8, b"\0\1\0\0"), (3, b""))),
            Wanted(edns_flags=0, options=(3, 8, 10)),
            id="several options",
        ),
        pytest.param(
            Asked(version=0, options=((10, b"c" * 7),)),
            Wanted(FORMERR, QR, (), 0),
            id="short cookie",
        ),
        pytest.param(
            Asked("A", name="many.gslb.net"),
            Wanted(flags=QR | AA | TC, answers=()),
            id="too long",
        ),
        pytest.param(
            Asked("A", version=0, size=512, name="many.gslb.net"),
            Wanted(flags=QR | AA | TC, answers=(), edns_flags=0),
            id="too long for 512",
        ),
        pytest.param(
            Asked(version=0, edns_flags=0x8000, options=((10, b"c" * 8),)),
            Wanted(edns_flags=0x8000, options=(10,)),
            id="DO and cookie",
        ),
        pytest.param(
            Asked(flags=AD, version=0, options=((10, b"c" * 8),)),
            Wanted(edns_flags=0, options=(10,)),
            id="as dig asks",
        ),
        pytest.param(
            Asked(flags=RD | CD, version=0, edns_flags=0x8000, options=RESOLVERS),
            Wanted(NOERROR, QR | AA | RD, edns_flags=0x8000, options=(10,)),
            id="as a resolver asks",
        ),
        pytest.param(
            Asked(version=0, options=EVERY_OPTION, stream=True),
            Wanted(edns_flags=0, options=(3, 8, 10, 11)),
            id="all options by TCP",
        ),
        pytest.param(
            Asked(version=0, options=(KEEPALIVE,), stream=True),
            Wanted(edns_flags=0, options=(11,)),
            id="keepalive by TCP",
        ),
        pytest.param(
            Asked(version=0, options=((65001, bytes(200)), (65001, b""))),
            WITH_EDNS,
            id="private options",
        ),
        *(
            pytest.param(Asked(version=1, options=(it,)), BAD_VERSION, id=f"1, {it[0]}")
            for it in EVERY_OPTION
        ),
        pytest.param(
            Asked(version=1, edns_flags=0x8000),
            Wanted(BADVERS, QR, (), 0x8000),
            id="1 and DO",
        ),
        pytest.param(
            Asked(version=1, flags=RD, stream=True),
            Wanted(BADVERS, QR | RD, (), 0),
            id="1 by TCP",
        ),
        pytest.param(
            Asked("NS", name="x.child.gslb.net", flags=RD),
            Wanted(flags=QR | RD, answers=()),
            id="a child's name",
        ),
        pytest.param(Asked(class_="ANY"), Wanted(flags=QR), id="class ANY"),
        pytest.param(Asked(class_="NONE"), Wanted(REFUSED, QR, ()), id="class NONE"),
        pytest.param(Asked(class_="CLASS7"), Wanted(REFUSED, QR, ()), id="a class"),
        pytest.param(Asked("AXFR"), Wanted(REFUSED, QR, ()), id="AXFR"),
        pytest.param(Asked("AXFR", stream=True), Wanted(REFUSED, QR, ()), id="by TCP"),
        pytest.param(Asked("ANY"), None, id="ANY"),
    ],
)
def test_query(authority, asked, wanted):
    wire = asked.to_wire()
    result = answer(authority, wire, SOURCE, NOW_S, asked.stream)
    assert isinstance(result, Answer)
    assert result.wire[:2] == wire[:2]
    fast = FastPath(authority).answer(wire, SOURCE, NOW_S)
    assert fast is None or fast == result.wire
    response = dns.message.from_wire(result.wire)
    if wanted is None:
        assert response.flags & QR
        return
    assert response.rcode() == wanted.rcode
    assert int(response.flags) & 0xFFF0 == wanted.flags
    found = tuple(dns.rdatatype.to_text(each.rdtype) for each in response.answer)
    assert found == wanted.answers
    if wanted.edns_flags is None:
        assert response.edns == -1
        return
    assert response.edns == 0
    assert response.payload == 1232
    assert response.ednsflags & 0xFFFF == wanted.edns_flags
    assert tuple(each.otype for each in response.options) == wanted.options


# All that are registered as data, those of obsolete records among them.
DATA_TYPES = (*range(1, 41), *range(42, 110), *range(256, 266), 32768, 32769, 65535)
META_TYPES = (41, 249, 250, 253, 254)
THERE = {2: "NS", 6: "SOA", 15: "MX", 257: "CAA"}


@pytest.mark.parametrize("version", [None, 0])
def test_every_type_is_answered(authority, version):
    fast = FastPath(authority)
    for type_ in (*DATA_TYPES, *META_TYPES):
        wire = Asked(f"TYPE{type_}", version=version).to_wire()
        result = answer(authority, wire, SOURCE, NOW_S)
        assert fast.answer(wire, SOURCE, NOW_S) in (None, result.wire)
        response = dns.message.from_wire(result.wire)
        assert response.rcode() == NOERROR, type_
        assert int(response.flags) & 0xFFF0 == QR | AA, type_
        found = [dns.rdatatype.to_text(each.rdtype) for each in response.answer]
        assert found == ([THERE[type_]] if type_ in THERE else []), type_
        assert bool(response.authority) == (type_ not in THERE), type_


@pytest.mark.parametrize("opcode", [opcode for opcode in range(16) if opcode])
@pytest.mark.parametrize("flags", [0, RD, AA | TC | RD | RA | Z | AD | CD])
@pytest.mark.parametrize("version", [None, 0])
def test_opcodes(authority, opcode, flags, version):
    wire = Asked(flags=flags, opcode=opcode, version=version).to_wire()
    result = answer(authority, wire, SOURCE, NOW_S)
    # No question: what stands there means something else in each opcode.
    opt = b"" if version is None else b"\0\0\x29\x04\xd0" + bytes(6)
    counts = bytes(7) + bytes((bool(opt),))
    assert result.wire[2:] == bytes((0x80 | opcode << 3, NOTIMP)) + counts + opt
