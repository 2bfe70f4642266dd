"""How many addresses fit into a DNS answer, and what does it cost when more are given?

A distant client asks every resolver and the authority for names with just as many
records as 512 octets hold, with one more, and with a hundred, and tells them to take
512, 1232 or 4096 octets by UDP; then it asks again by TCP. Hypothesis B15 of "Load
Balancing at the Frontend" (SRE book, chapter 19): the limit of 512 octets (RFC 1035)
bounds the number of addresses; with a short name it is 29 for IPv4 and 17 for IPv6.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .kit.figures import Figure
from .kit.judging.claims import Every
from .kit.judging.verdict import Claim
from .kit.names.dns_tables import size_table
from .kit.names.reply_sizes import SizeRow as Row
from .kit.names.reply_sizes import size_rows
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "recursion"
WIDE_MS = 10.0  # a way on which round trips can be told from the time to answer


def measure(lab: "Lab", trial: Trial) -> Sequence[Row]:
    """Ask for every size; one row a question."""
    return size_rows(lab)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """What fits is whole, what does not is told as such, and costs round trips."""
    plain = [row for row in rows if not row.edns]
    cut = [row for row in rows if row.truncated]
    return [
        FIT.judge([row for row in plain if row.count <= row.most]),
        CUT.judge([row for row in plain if row.count > row.most]),
        BOUND.judge(rows),
        WHOLE.judge(rows),
        COST.judge([row for row in cut if row.rtt_ms >= WIDE_MS]),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """A line for each question."""
    return [size_table(rows)]


def _tell(row: Row) -> str:
    truncated = "truncated" if row.truncated else "whole"
    return f"{row.asked}: {row.records} of {row.count} {row.type}, {truncated}"


FIT: Every[Row] = Every(
    name="fits",
    statement="29 A or 17 AAAA records are answered whole without EDNS0.",
    expected="every record in at most 512 octets",
    holds=lambda row: (
        not row.truncated and row.records == row.count and row.octets <= row.taken
    ),
    tell=_tell,
    unit="answers",
    source="closed form: 12 + 22 + 16 n or 28 n octets; RFC 1035 4.2.1",
)
CUT: Every[Row] = Every(
    name="one more",
    statement="With one record more, or a hundred, the answer says that it is cut.",
    expected="TC",
    holds=lambda row: row.truncated if row.octets else None,
    tell=_tell,
    unit="answers",
    source="RFC 1035 4.1.1; RFC 2181, section 9",
)
BOUND: Every[Row] = Every(
    name="bound",
    statement="Nobody sends more octets than the client takes.",
    expected="an answer within the client's size",
    holds=lambda row: row.octets <= row.taken if row.octets else None,
    tell=lambda row: f"{row.asked}: {row.octets} octets to a client of {row.taken}",
    unit="answers",
    source="RFC 6891 6.2.5",
)
WHOLE: Every[Row] = Every(
    name="by TCP",
    statement="By TCP every answer is whole.",
    expected="every record",
    holds=lambda row: row.stream_records == row.count,
    tell=lambda row: (
        f"{row.asked}: {row.stream_records} of {row.count} {row.type} by TCP"
    ),
    unit="answers",
    source="RFC 7766",
)
COST: Every[Row] = Every(
    name="cost",
    statement="Whoever is told TC waits for two round trips more.",
    expected="at least twice the way's RTT by TCP, after the answer by UDP",
    holds=lambda row: row.stream_ms >= 2 * row.rtt_ms if row.stream_records else None,
    tell=lambda row: f"{row.asked}: {row.stream_ms:.1f} ms for {row.rtt_ms:g} ms",
    unit="truncated answers",
    source="closed form: handshake and question, a round trip each",
)
