"""What is claimed of ways to a backend; of which ones, the experiment says."""

from collections.abc import Sequence

from ..judging.claims import Every
from ..judging.verdict import Claim
from .expected import MTU, carried_most, overhead_of, segment_most
from .likeness import Aspect
from .row import ForwardingRow

SRE = "SRE book, chapter 19"
FEWER = 10  # times fewer octets, with an acknowledgement for each segment
NEXT_CITY_MS = 14.0  # the round trip between Frankfurt and London in the world "earth"


def _name(row: ForwardingRow) -> str:
    return f"{row.mode} IPv{row.family}"


SERVED: Every[ForwardingRow] = Every(
    name="served",
    statement="Every way brings requests to a backend, and its answers back.",
    expected="all downloads and uploads",
    holds=lambda row: row.fetched == row.asked and row.uploaded,
    tell=lambda row: f"{_name(row)}: {row.fetched} of {row.asked} fetched",
    unit="ways",
)
OVERHEAD: Every[ForwardingRow] = Every(
    name="overhead",
    statement="A packet grows by exactly what is put in front of it.",
    expected="GRE 24 octets, over IPv6 44, IPIP 20, GUE 28; hardware addresses and "
    "translation none",
    holds=lambda row: (
        row.overhead_least == row.overhead_most == overhead_of(row)
        if row.forwarded
        else None
    ),
    tell=lambda row: f"{_name(row)}: {row.overhead_least} to {row.overhead_most}",
    unit="ways",
    source="hypothesis D7; RFC 2784, RFC 2003, RFC 4213, draft-ietf-intarea-gue",
)
PAST: Every[ForwardingRow] = Every(
    name="direct return",
    statement="With direct server return no reply passes the balancer: it carries "
    "requests and acknowledgements, in and out.",
    expected="no reply, and octets for one acknowledgement a segment at the most",
    holds=lambda row: (
        not row.replies and 0 < row.carried <= carried_most(row)
        if row.delivered
        else None
    ),
    tell=lambda row: f"{_name(row)}: {row.replies} replies, {row.carried} octets",
    unit="ways",
    source=f"{SRE}; hypotheses D2 and D3; closed form",
)
TWICE: Every[ForwardingRow] = Every(
    name="translation",
    statement="Translation and proxies carry every octet of an answer twice.",
    expected="at least two octets for each octet delivered",
    holds=lambda row: row.share >= 2 if row.delivered else None,
    tell=lambda row: f"{_name(row)}: {row.share:.2f}",
    unit="ways",
    source=f"{SRE}: network address translation; hypothesis D3",
)
ALIKE: Every[ForwardingRow] = Every(
    name="as sent",
    statement="With direct server return the backend gets a client's packets as they "
    "were sent: addresses, ports, DSCP, options and checksum.",
    expected="octet for octet, and a TTL that is less by the one router between",
    holds=lambda row: row.same == row.sent and row.hops == 1 if row.sent else None,
    tell=lambda row: f"{_name(row)}: {row.same} of {row.sent}, TTL less by {row.hops}",
    unit="ways",
    source=f"{SRE}: the packet is left intact; hypothesis D2",
)
HIDDEN: Every[ForwardingRow] = Every(
    name="hidden",
    statement="Translation and proxies hide the client's address from the backend.",
    expected="another source address",
    holds=lambda row: Aspect.SOURCE not in row.kept if row.sent else None,
    tell=lambda row: f"{_name(row)}: {row.kept}",
    unit="ways",
    source="RFC 3022: translation of both ends",
)
TRANSLATED: Every[ForwardingRow] = Every(
    name="translated",
    statement="Translation changes nothing but where packets come from and go to.",
    expected="DSCP, sequence numbers and TCP options as the client sent them",
    holds=lambda row: (
        all(it in row.kept for it in (Aspect.TOS, Aspect.SEQUENCE, Aspect.OPTIONS))
        if row.sent
        else None
    ),
    tell=lambda row: f"{_name(row)}: {row.kept}",
    unit="ways",
    source="RFC 3022, section 4",
)
SUMS: Every[ForwardingRow] = Every(
    name="checksums",
    statement="Every TCP checksum at a backend is right.",
    expected="no wrong one",
    holds=lambda row: not row.wrong_sums if row.sent else None,
    tell=lambda row: f"{_name(row)}: {row.wrong_sums} wrong",
    unit="ways",
    source="RFC 1624, where addresses change",
)
FITS: Every[ForwardingRow] = Every(
    name="fits",
    statement="A packet goes on if it fits with what is put in front of it; every "
    "longer one is answered with the largest that does.",
    expected=f"{MTU} octets less the overhead, and none lost silently",
    holds=lambda row: (
        row.largest == MTU - overhead_of(row)
        and row.refused == overhead_of(row)
        and row.lost == 0
        and (not row.refused or row.told_least == row.told_most == row.largest)
    ),
    tell=lambda row: f"{_name(row)}: up to {row.largest}, told {row.told_least}",
    unit="ways",
    source="hypotheses D8 to D10; RFC 1191, RFC 8201",
)
MSS: Every[ForwardingRow] = Every(
    name="segments",
    statement="Backends ask for segments that leave room, so that nothing has to be "
    "told.",
    expected="an MSS of no more than fits",
    holds=lambda row: row.mss <= segment_most(row) if row.mss else None,
    tell=lambda row: f"{_name(row)}: {row.mss} asked for",
    unit="ways",
    source="hypothesis D9; closed form",
)
FULL: Every[ForwardingRow] = Every(
    name="too long",
    statement="An upload in segments that do not fit arrives all the same, because its "
    "sender is told.",
    expected="300 kB; answers where there is something in front, else none",
    holds=lambda row: (
        row.uploaded_full and bool(row.full_refused) == bool(overhead_of(row))
    ),
    tell=lambda row: f"{_name(row)}: {row.full_refused} answers",
    unit="ways",
    source="hypothesis D10; RFC 1191, RFC 8201",
)


def fewer(direct: Sequence[ForwardingRow], others: Sequence[ForwardingRow]) -> Claim:
    """Return the claim that one way carries fewer octets than another."""
    shares = [row.share for row in direct], [row.share for row in others]
    measured = all(some and all(some) for some in shares)
    times = min(shares[1]) / max(shares[0]) if measured else 0.0
    return Claim(
        name="fewer octets",
        statement="Direct server return spares the balancer nearly all octets of large "
        "answers.",
        holds=times >= FEWER if measured else None,
        observed=f"{times:.0f} times fewer, the worst next to the best",
        expected=f"at least {FEWER} times fewer, when segments are acknowledged singly",
        source="closed form; merged segments make it hundreds (frontlab bench vip)",
    )


def as_near(rows: Sequence[ForwardingRow]) -> Claim:
    """Return the claim that no way adds what a user could feel.

    What a header costs is far below what a busy machine adds, so the bound is one that
    only waits reach: for a segment sent again, or for an address to be resolved.
    """
    times = [row.connect_ms + row.answer_ms for row in rows]
    known = bool(times) and min(times) > 0
    spread_ms = max(times) - min(times) if known else 0.0
    return Claim(
        name="as near",
        statement="Which way packets go within a datacenter adds less to a request "
        "than the way to the next city.",
        holds=spread_ms < NEXT_CITY_MS if known else None,
        observed=f"the slowest takes {spread_ms:.1f} ms longer than the fastest",
        expected=f"less than {NEXT_CITY_MS:g} ms, by medians of requests in turns",
        source="closed form: some octets more, no round trip over a wide-area link",
    )
