"""What does each way from a balancer to its backends cost, and what does it keep?

A client fetches, uploads and sends packets of every length through each mode of
forwarding, and through others' balancers, in both families; captures at client,
balancer and backend tell what became of them. Hypotheses D1 to D9 of "Load Balancing at
the Frontend" (SRE book, chapter 19): address translation keeps all traffic on the
balancer; rewriting hardware addresses or encapsulation keeps packets as they are and
replies off it; encapsulation makes packets longer, and what then does not fit has to be
told, or avoided.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .kit.claims import Every
from .kit.figures import Figure
from .kit.forwarding.drawings import (
    carried_bands,
    cost_table,
    kept_table,
    size_table,
)
from .kit.forwarding.expected import (
    MTU,
    carried_most,
    is_direct,
    overhead_of,
    segment_most,
)
from .kit.forwarding.likeness import Aspect
from .kit.forwarding.measure import forwarding_rows
from .kit.forwarding.row import ForwardingRow as Row
from .kit.trial import Trial
from .kit.verdict import Claim

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "forwarding"
SRE = "SRE book, chapter 19"
FEWER = 10  # times fewer octets, with an acknowledgement for each segment
SLOWER = 3.0


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Go through every way; a row for each, in both families."""
    yield from forwarding_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Headers and octets are as the closed forms say, and nothing is lost."""
    direct = [row for row in rows if is_direct(row)]
    others = [row for row in rows if row not in direct]
    packets = [row for row in rows if row.largest]
    return [
        SERVED.judge(rows),
        OVERHEAD.judge(rows),
        PAST.judge(direct),
        TWICE.judge(others),
        _fewer(direct, others),
        ALIKE.judge(direct),
        HIDDEN.judge(others),
        TRANSLATED.judge([row for row in others if row.largest]),
        SUMS.judge(rows),
        FITS.judge(packets),
        MSS.judge(rows),
        FULL.judge(rows),
        _as_fast(direct),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """What passes the balancer, what stays the same, and what is too long."""
    return [
        carried_bands(rows),
        cost_table(rows),
        kept_table(rows),
        size_table(rows),
    ]


def _name(row: Row) -> str:
    return f"{row.mode} IPv{row.family}"


SERVED: Every[Row] = Every(
    name="served",
    statement="Every way brings requests to a backend, and its answers back.",
    expected="all downloads and uploads",
    holds=lambda row: row.fetched == row.asked and row.uploaded,
    tell=lambda row: f"{_name(row)}: {row.fetched} of {row.asked} fetched",
    unit="ways",
)
OVERHEAD: Every[Row] = Every(
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
PAST: Every[Row] = Every(
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
TWICE: Every[Row] = Every(
    name="translation",
    statement="Translation and proxies carry every octet of an answer twice.",
    expected="at least two octets for each octet delivered",
    holds=lambda row: row.share >= 2 if row.delivered else None,
    tell=lambda row: f"{_name(row)}: {row.share:.2f}",
    unit="ways",
    source=f"{SRE}: network address translation; hypothesis D3",
)
ALIKE: Every[Row] = Every(
    name="as sent",
    statement="With direct server return the backend gets a client's packets as they "
    "were sent: addresses, ports, DSCP, options and checksum.",
    expected="octet for octet, and a TTL that is less by the one router between",
    holds=lambda row: row.same == row.sent and row.hops == 1 if row.sent else None,
    tell=lambda row: f"{_name(row)}: {row.same} of {row.sent}, TTL less by {row.hops}",
    unit="ways",
    source=f"{SRE}: the packet is left intact; hypothesis D2",
)
HIDDEN: Every[Row] = Every(
    name="hidden",
    statement="Translation and proxies hide the client's address from the backend.",
    expected="another source address",
    holds=lambda row: Aspect.SOURCE not in row.kept if row.sent else None,
    tell=lambda row: f"{_name(row)}: {row.kept}",
    unit="ways",
    source="RFC 3022: translation of both ends",
)
TRANSLATED: Every[Row] = Every(
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
SUMS: Every[Row] = Every(
    name="checksums",
    statement="Every TCP checksum at a backend is right.",
    expected="no wrong one",
    holds=lambda row: not row.wrong_sums if row.sent else None,
    tell=lambda row: f"{_name(row)}: {row.wrong_sums} wrong",
    unit="ways",
    source="RFC 1624, where addresses change",
)
FITS: Every[Row] = Every(
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
MSS: Every[Row] = Every(
    name="segments",
    statement="Backends ask for segments that leave room, so that nothing has to be "
    "told.",
    expected="an MSS of no more than fits",
    holds=lambda row: row.mss <= segment_most(row) if row.mss else None,
    tell=lambda row: f"{_name(row)}: {row.mss} asked for",
    unit="ways",
    source="hypothesis D9; closed form",
)
FULL: Every[Row] = Every(
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


def _fewer(direct: Sequence[Row], others: Sequence[Row]) -> Claim:
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


def _as_fast(direct: Sequence[Row]) -> Claim:
    times = [row.connect_ms + row.answer_ms for row in direct]
    known = bool(times) and min(times) > 0
    ratio = max(times) / min(times) if known else 0.0
    return Claim(
        name="as fast",
        statement="Which header goes in front does not matter to a request's time.",
        holds=ratio <= SLOWER if known else None,
        observed=f"the slowest takes {ratio:.2f} times as long as the fastest",
        expected=f"at most {SLOWER:g} times, by medians of requests that take turns",
        source="closed form: some octets more, no round trip",
    )
