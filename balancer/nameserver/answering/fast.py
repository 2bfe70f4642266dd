"""The short way for hot queries: one look-up, then joining octets; nothing unusual.

It holds ready-made what `answer` says to plain questions about existing records, so
that both say the same octets, and leaves every other message to `answer`.
"""

from ...wire.dns.edns import OPTION
from ...wire.dns.query import CHECKING_DISABLED
from ..content.authority import Authority
from ..telemetry.tallies import About, Said, Tallies, Tally, known_type
from .choices import BY_SOURCE
from .hot import Hot
from .memo import HotQuestions
from .ready import LARGEST_OPT_OCTETS, ONE_RECORD, ONE_RECORD_AND_OPT

IDENTIFIER_OCTETS = 2
SHORTEST_OCTETS = 17  # a header and the root's question
ONE_QUESTION = b"\0\1\0\0\0\0\0"  # octets 4 to 10: QD=1, AN=NS=0, high octet of AR
OPT_OCTETS = 11  # without options
OPT_START = b"\0\0\x29"  # root owner, type
OPT_HEAD = OPT_START + b"\x04\xd0\0\0"  # size 1232, extended rcode, version
LENGTHS = [size.to_bytes(2, "big") for size in range(LARGEST_OPT_OCTETS)]
SUBNET_START = b"\0\x08\0"  # code, high octet of the length
COOKIE_HEAD = b"\0\x0a\0\x18"  # code, length of a whole one
COOKIE_STARTS = (COOKIE_HEAD, b"\0\x0a\0\x08")
MAX_SAID = 1 << 16  # some 20 MB; beyond, all are forgotten at once
AA = b"\x84\0"  # QR and AA; rcode 0
AA_RD = b"\x85\0"
CD, CD_OCTET = CHECKING_DISABLED, CHECKING_DISABLED.to_bytes()


class FastPath:
    """Ready responses by question octets, and counts of what it answered."""

    __slots__ = (
        "_by_type",
        "_cookies",
        "_hot",
        "_signed",
        "_signs",
        "cookies",
        "proven",
        "said",
        "tallies",
    )

    def __init__(self, authority: Authority) -> None:
        self.tallies = Tallies()
        self._by_type = _ByType(self.tallies)
        self._hot = HotQuestions(authority.zones, self.tallies)
        self._signed = HotQuestions(authority.zones, self.tallies, is_signed=True)
        self._signs = any(zone.key for zone in authority.zones.by_apex.values())
        # By query, both without the identifier; only what depends on nothing else.
        self.said: dict[bytes, Said] = {}
        self._cookies = authority.cookies
        self.cookies = 0
        self.proven = 0  # cookies that were ours

    def answer(self, data: bytes, source: str, now_s: int) -> bytes | None:
        """Return the response to a UDP message, or None: `answer` must judge.

        Args:
            data: the message.
            source: the sender's address, as the socket gives it.
            now_s: seconds since 1970.
        """
        # QR, opcode, AA and TC must be 0.
        if len(data) < SHORTEST_OCTETS or data[2] & 0xFE or data[4:11] != ONE_QUESTION:
            return None
        end = data.find(b"\0", 12) + 5
        question = data[12:end]
        questions = self._hot
        if self._signs:
            questions = self._questions(data, end, now_s)
        hot = questions.get(question)
        if hot is None:
            hot = questions.find(question)
        if not hot:
            return None
        if data[11]:
            return self._answer_edns(data, end, source, now_s, hot)
        if len(data) != end:
            return None
        flags = AA_RD if data[2] else AA
        if isinstance(hot, bytes):
            self._by_type[question[-4:-2]].count += 1
            return data[:2] + flags + ONE_RECORD + question + hot
        counts, _, records, tally = hot.answers[hot.by_source[source]]
        tally.count += 1
        return data[:2] + flags + counts + question + records

    def _questions(self, data: bytes, end: int, now_s: int) -> HotQuestions:
        """Return where a query is looked up: as it has an OPT record with DO or not."""
        if data[11] != 1 or len(data) <= end + 7 or not data[end + 7] & 0x80:
            return self._hot
        if not self._signed.starts_s <= now_s < self._signed.ends_s:
            self._signed.turn(now_s)
        return self._signed

    def _answer_edns(
        self, data: bytes, end: int, source: str, now_s: int, hot: Hot | bytes
    ) -> bytes | None:
        options = data[end + OPT_OCTETS :]
        # One additional record, an OPT that is whole, of version 0.
        if data[11] != 1 or len(data) < end + OPT_OCTETS or data[end + 6]:
            return None
        if data[end : end + 3] != OPT_START:
            return None
        if data[end + 9] << 8 | data[end + 10] != len(options):
            return None
        if isinstance(hot, bytes):
            if not options:
                self._by_type[data[end - 4 : end - 2]].count += 1
                return data[:2] + with_opt(data, end, ONE_RECORD_AND_OPT, hot, b"")
            hot = self._hot.of_record(data[12:end], hot)
        choice = self._choose(options, source, now_s, hot)
        if choice is None:
            return None
        _, counts, records, tally = hot.answers[choice[0]]
        tally = _counted(tally, choice[1])
        response = with_opt(data, end, counts, records, choice[1], hot.is_signed)
        # A client subnet alone; and signatures are not for ever.
        is_signed = self._signs and data[end + 7] & 0x80
        if options in hot.by_option and hot.is_lasting and not is_signed:
            self._keep(data[2:], response, tally)
        return data[:2] + response

    def _keep(self, query: bytes, response: bytes, tally: Tally) -> None:
        if len(self.said) >= MAX_SAID:
            self.said.clear()
        self.said[query] = Said(response, IDENTIFIER_OCTETS + len(response), tally)

    def _choose(
        self, options: bytes, source: str, now_s: int, hot: Hot
    ) -> tuple[int, bytes] | None:
        """Return the number of the answer, and the options to send."""
        has_subnet = options.startswith(SUBNET_START) and len(options) > len(
            SUBNET_START
        )
        subnet_octets = OPTION.size + options[3] if has_subnet else 0
        cookie = options[subnet_octets:]
        choice: tuple[int, bytes] | None = hot.by_source[source], b""
        if has_subnet:
            choice = hot.by_option[options[:subnet_octets]]
            if choice is not None and choice[0] == BY_SOURCE:
                choice = hot.by_source[source], choice[1]
        if choice is not None and cookie:
            choice = self._with_cookie(choice, cookie, source, now_s)
        return choice

    def _with_cookie(
        self, choice: tuple[int, bytes], option: bytes, source: str, now_s: int
    ) -> tuple[int, bytes] | None:
        if self._cookies is None or not option.startswith(COOKIE_STARTS):
            return None
        if len(option) != OPTION.size + option[3]:
            return None
        cookie = self._cookies.reply(option[OPTION.size :], source, now_s)
        self.cookies += 1
        self.proven += cookie.is_proven
        return choice[0], choice[1] + COOKIE_HEAD + cookie.data


def _counted(tally: Tally, options: bytes) -> Tally:
    """Count an answer with these options, and return the tally that has it."""
    if options.startswith(SUBNET_START):
        tally = tally.scoped(options)
    tally.count += 1
    return tally


class _ByType(dict[bytes, Tally]):
    """Tallies of answers of one record, by the octets of its type."""

    def __init__(self, tallies: Tallies) -> None:
        super().__init__()
        self._tallies = tallies

    def __missing__(self, type_: bytes) -> Tally:
        about = About(known_type(int.from_bytes(type_, "big")))
        self[type_] = self._tallies[about]
        return self[type_]


def with_opt(
    data: bytes,
    end: int,
    counts: bytes,
    records: bytes,
    options: bytes,
    is_signed: bool = False,
) -> bytes:
    """Return the response to a query with EDNS, without the identifier.

    Args:
        data: the query.
        end: of its question.
        counts: of records.
        records: in all sections, but for the OPT record.
        options: in the OPT record.
        is_signed: whether there are signatures, and the CD bit is the query's.
    """
    flags = AA_RD if data[2] else AA
    if is_signed and data[3] & CD:
        flags = flags[:1] + CD_OCTET
    return b"%b%b%b%b%b%b%b%b" % (
        flags,
        counts,
        data[12:end],
        records,
        OPT_HEAD,
        b"\x80\0" if data[end + 7] & 0x80 else b"\0\0",  # DO
        LENGTHS[len(options)],
        options,
    )


def asked_name(data: bytes) -> bytes:
    """Return the name in a query that the fast path answered, in lower case."""
    return data[12 : data.find(b"\0", 12) + 1].lower()
