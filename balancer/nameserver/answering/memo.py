"""What the fast path looks up: ready responses, by question.

Choices never change while zones and policies stand: who changes them forgets all this.
"""

from ...wire.dns.codes import Class, Rcode, Type
from ...wire.dns.names import MAX_NAME_OCTETS, ROOT
from ...wire.dns.query import HEADER, QUESTION, Header, Question
from ...wire.dns.records import Records, RecordSet
from ...wire.dns.response import Response, Sections
from ..dnssec.prove import prove
from ..dnssec.sign import PERIOD_S, period
from ..policies.lots import Arrangement, Everybody, Lot, Policy
from ..telemetry.tallies import OTHER, About, Tallies, known_type
from ..transfer.axfr import TRANSFERS
from ..zones.finding import Finding, Matter, Outcome
from ..zones.node import PLAIN, Node
from ..zones.resolve import answer_sections
from ..zones.steered import Steered
from ..zones.zone import Zone, Zones
from .answered import STREAM_PAYLOAD_OCTETS
from .hot import Answers, Drawn, Hot, Memo, make_memo
from .ready import Ready, fits
from .stored import Stored, stored_set

MAX_HOT = 16384  # beyond, answers are put together anew for each query
UNKEPT_PER_HOT = 16
UNFIT = b""  # in an answer's place: one that `answer` must cut to the client's size
COUNTS = slice(4, HEADER.size)
NEVER_HOT = {*TRANSFERS, Type.NXNAME}  # refused even where an alias would answer
IN = Class.IN
ONE = b"\0\1"
TYPE = slice(-4, -2)  # of a question
EVERYBODY = Everybody(Lot(((0,),)))  # gets the one answer of names without a policy


class HotQuestions(dict[bytes, Hot | bytes]):
    """Ready answers by question octets, with the name in lower case.

    They are made when they are first asked for, and `MAX_HOT` of them are kept. One
    record that a zone holds, the same for everybody, is kept as it is.

    Args:
        zones: what is answered from.
        tallies: count the answers.
        is_signed: whether they are for clients that want signatures.
    """

    def __init__(self, zones: Zones, tallies: Tallies, is_signed: bool = False) -> None:
        super().__init__()
        self._zones, self._is_signed = zones, is_signed
        self._tallies = tallies
        # Of the period whose signatures are given out.
        self.starts_s = self.ends_s = 0
        self._unkept = 0
        self._memos: dict[int, Memo] = {}
        self._everybody = self._memo(EVERYBODY)
        stored = Stored(zones, is_signed)
        self._stored_one, self._has_stored = stored.find_one, bool(stored)

    def __missing__(self, question: bytes) -> Hot | bytes | None:
        """Return the answers to a question; None, or `UNFIT`: `answer` must judge.

        Args:
            question: octets up to and with the first 0, and four more, if there are.
        """
        return self.find(question)

    def find(self, question: bytes) -> Hot | bytes | None:
        """Return the answers where none are kept for these very octets, and keep them.

        Args:
            question: as `__missing__` has it, with the name as it was sent.
        """
        record = self._stored_one(question) if self._has_stored else None
        if record is not None:
            # As `_keep`, without the call: there may be a million of these.
            if len(self) < MAX_HOT:
                self[question] = record
            else:
                self._unkept += 1
            return record
        # Most names come in lower case. Only the name is folded: as a letter, type 65
        # would become 97.
        folded = question[:-4].lower() + question[-4:]
        return self._find(question) if folded == question else self[folded]

    def _find(self, question: bytes) -> Hot | bytes | None:
        name = question[: -QUESTION.size]
        if not name.endswith(ROOT) or len(name) > MAX_NAME_OCTETS:
            return None
        type_, class_ = QUESTION.unpack(question[-QUESTION.size :])
        try:
            zone, node = self._zones.find_node(name, type_)
        except IndexError:  # labels that reach behind the name
            return None
        if zone is None or class_ != IN or type_ in NEVER_HOT:
            return None
        # At just this name, and not where a delegation hides it.
        if node is None or node.wildcard or not node.packed.startswith(PLAIN):
            return None
        hot = self._make_from(zone, question, type_, node)
        if hot is not None:
            self._keep(question, hot)
        return hot

    def _make_from(
        self, zone: Zone, question: bytes, type_: int, node: Node
    ) -> Hot | bytes | None:
        if not self._signs(zone):
            found = stored_set(question, node.packed)
            if found is not None:
                return self._of(question, *found)
        return self._make(zone, Question(node.owner, type_), node)

    def hot(self, question: bytes) -> Hot | None:
        """Return the answers to a question, however they are kept."""
        found = self[question]
        if not isinstance(found, bytes):
            return found
        return self.of_record(question, found) if found else None

    def of_record(self, question: bytes, record: bytes) -> Hot:
        """Return the answer of one record."""
        return self._of(question, ONE, record)

    def _of(self, question: bytes, count: bytes, records: bytes) -> Hot:
        """Return the answer of records as zones hold them."""
        plain, edns = b"\0\1%b\0\0\0\0" % count, b"\0\1%b\0\0\0\1" % count
        type_ = int.from_bytes(question[TYPE], "big")
        tally = self._tallies[About(known_type(type_))]
        return self._for_all(Ready(plain, edns, records, tally))

    def _for_all(self, ready: Ready, is_signed: bool = False) -> Hot:
        by_source, by_option, *_ = self._everybody
        return Hot(by_source, by_option, (ready,), is_signed=is_signed)

    def _signs(self, zone: Zone) -> bool:
        return self._is_signed and zone.key is not None

    def _keep(self, question: bytes, hot: Hot | bytes) -> None:
        if len(self) < MAX_HOT:
            self[question] = hot
            return
        # What is asked for changes with time: now and then, begin anew.
        self._unkept += 1
        if self._unkept > UNKEPT_PER_HOT * MAX_HOT:
            self._unkept = 0
            self.clear()

    def turn(self, now_s: int) -> None:
        """Forget all: signatures must be made anew from this time on."""
        self.clear()
        self.starts_s = period(now_s)
        self.ends_s = self.starts_s + PERIOD_S

    def _make(self, zone: Zone, question: Question, node: Node) -> Hot | bytes | None:
        name, type_, _ = question
        if not node.is_alias_for(type_):
            return self._make_found(zone, question, node)
        if known_type(type_) == OTHER:
            return None  # aliases answer any type, and who makes types up fills this
        chain = zone.chain(name)
        aliases = (chain.aliases,)
        if not chain.is_open:
            return self._made(zone, self._ready(zone, question, Sections(aliases)))
        target = zone.find(chain.target)
        if target is None or not target.packed.startswith(PLAIN):
            return None
        return self._make_found(zone, question, target, aliases)

    def _make_found(
        self,
        zone: Zone,
        question: Question,
        node: Node,
        aliases: tuple[Records, ...] = (),
    ) -> Hot | bytes | None:
        found = node.find(question.type)
        if isinstance(found, RecordSet):
            sections = answer_sections(zone, found, aliases)
            return self._made(zone, self._ready(zone, question, sections))
        if found is None or question.type not in node.steered:
            return None
        return self._make_steered(zone, question, node.owner, found, aliases)

    def _made(self, zone: Zone, ready: Ready | None) -> Hot | bytes:
        return UNFIT if ready is None else self._for_all(ready, self._signs(zone))

    def _make_steered(
        self,
        zone: Zone,
        question: Question,
        owner: bytes,
        found: Steered,
        aliases: tuple[Records, ...],
    ) -> Hot | bytes:
        memo = self._memo(found.seat.policy)

        def make(arrangement: Arrangement) -> Ready | None:
            records, site = found.arranged(arrangement, owner)
            if records is None:
                return None
            sections = answer_sections(zone, records, aliases)
            about = About(question.type, found.seat.spec.kind, site)
            return self._ready(zone, question, sections, about)

        if make(memo.longest) is None:
            return UNFIT
        if memo.fixed is None:
            answers: Answers = Drawn(found.draws, make)
        else:
            ready = map(make, memo.fixed)
            answers = tuple(each for each in ready if each is not None)
        by_source, by_option, _, _, is_lasting = memo
        return Hot(by_source, by_option, answers, is_lasting, self._signs(zone))

    def _ready(
        self,
        zone: Zone,
        question: Question,
        sections: Sections,
        about: About | None = None,
    ) -> Ready | None:
        """Return what `answer` writes; None when it may be too long for plain UDP."""
        if self._is_signed:
            finding = Finding(Outcome.ANSWERS, sections, 0, Matter(zone))
            sections = prove(finding, question.type, self.starts_s).sections
        response = Response(Header(0, 0), question, Rcode.NOERROR, sections)
        wire, _ = response.to_wire(STREAM_PAYLOAD_OCTETS)
        records = wire[HEADER.size + len(question.name) + QUESTION.size :]
        if not fits(len(question.name) + len(records)):
            return None
        counts = wire[COUNTS]
        additionals = int.from_bytes(counts[-2:], "big") + 1
        edns_counts = counts[:-2] + additionals.to_bytes(2, "big")
        tally = self._tallies[about or About(known_type(question.type))]
        return Ready(counts, edns_counts, records, tally)

    def _memo(self, policy: Policy) -> Memo:
        memo = self._memos.get(id(policy))
        if memo is None:
            memo = self._memos[id(policy)] = make_memo(policy)
        return memo
