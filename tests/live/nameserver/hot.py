"""The XDP program beside `answer`, and the server of hot.toml that both are given."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from dns_frames import Way, frame

from balancer.kernel.testrun import XDP_PASS, XDP_REDIRECT, test_run
from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.answered import Answer
from balancer.nameserver.content.authority import Authority
from balancer.nameserver.content.content import Content
from balancer.nameserver.loading.load import load_content
from balancer.nameserver.policies.steering import NOTHING_KNOWN
from balancer.nameserver.telemetry.tallies import About
from balancer.nameserver.xdp.datapath import Datapath, open_datapath
from balancer.nameserver.xdp.hot import hot_questions
from balancer.wire.dns.edns import ClientSubnet, Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_700_000_000
SERVERS = [ip_address("23.53.0.53"), ip_address("2a23:53::53")]
SOURCES = [
    ip_address(text)
    for text in ("11.1.3.10", "11.2.3.10", "9.9.9.9", "2a11:0:2::10", "2a11:0:9::1")
]
WAYS = [
    Way(source, server)
    for source in SOURCES
    for server in SERVERS
    if source.version == server.version
]
WAY = WAYS[0]
WAY6 = next(way for way in WAYS if way.source.version == 6)
HOT = {
    "ns.gslb.net": (1, 28),
    "an-even-longer-name-of-many-octets.that-fits-the-room.gslb.net": (1,),
    "www.gslb.net": (1, 28),
    "w.gslb.net": (1,),
    "resolver.gslb.net": (1,),
    "all.gslb.net": (1,),
    "first.gslb.net": (1,),
    "www.signed.net": (1,),
}
COLD = ["gslb.net", "alias.gslb.net", "x.wild.gslb.net", "drawn.gslb.net"]
COLD += ["sticky.gslb.net", "many.gslb.net", "ns.child.gslb.net", "lost.gslb.net"]
COLD += ["an-even-longer-name-of-many-octets.that-fails-the-room.gslb.net", "."]


@dataclass
class Server:
    """The program with the tables of a server, beside what it is measured by."""

    authority: Authority
    datapath: Datapath

    def run(self, sent: bytes) -> tuple[bytes | None, str]:
        """Return the reply, if any, and the reason that was counted."""
        before = self.datapath.counters()
        result = test_run(self.datapath.programs["dns"], sent)
        after = self.datapath.counters()
        [reason] = (name for name in after if after[name] != before[name])
        if result.verdict == XDP_PASS:
            assert result.frame == sent
            return None, reason
        assert result.verdict == XDP_REDIRECT
        return result.frame, reason

    def expected(self, way: Way, message: bytes) -> bytes:
        """Return the frame that a server's reply comes in."""
        return frame(way.back(), self._said(way, message).wire)

    def about(self, way: Way, message: bytes) -> About | None:
        """Return what a server's reply is about."""
        return self._said(way, message).about

    def counts(self) -> dict[About, int]:
        """Return the answers counted so far, by what they were about."""
        return {about: it.count for about, it in self.datapath.tallies().items()}

    def _said(self, way: Way, message: bytes) -> Answer:
        said = answer(self.authority, message, str(way.source), NOW_S)
        assert isinstance(said, Answer)
        return said


def load_hot(folder: Path) -> Content:
    """Load the server's configuration, with its key made in `folder`."""
    shutil.copy(Path(__file__).with_name("hot.toml"), folder)
    return load_content(folder / "hot.toml")


@contextmanager
def open_server(content: Content) -> Iterator[Server]:
    """Load the program, with what the server would give it."""
    assert content.guide is not None
    content.guide.settle(NOTHING_KNOWN, lambda: 0.5)
    authority = content.authority(b"k" * 16)
    with open_datapath(WAY.destination_mac, content.listening.port) as datapath:
        datapath.listen(content.listening.addresses)
        datapath.write(hot_questions(authority.zones))
        yield Server(authority, datapath)


def asked(name: str, type_: int = 1, edns: Edns | None = None) -> bytes:
    return make_query(7, Question(name_from_text(name), type_), edns).to_wire()


def subnet(text: str, source: int, scope: int = 0) -> Edns:
    address = ip_address(text)
    family = {4: 1, 6: 2}[address.version]
    octets = address.packed[: (source + 7) // 8]
    data = ClientSubnet(family, source, scope, octets).to_wire()
    return Edns(1232, options=(Option(8, data),))


def changed(message: bytes, place: int, octets: bytes) -> bytes:
    found = bytearray(message)
    start = place % len(message)
    found[start : start + len(octets)] = octets
    return bytes(found)
