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

from .kit.figures import Figure
from .kit.forwarding import statements
from .kit.forwarding.drawings import (
    carried_bands,
    cost_table,
    kept_table,
    size_table,
)
from .kit.forwarding.expected import is_direct
from .kit.forwarding.measure import forwarding_rows
from .kit.forwarding.row import ForwardingRow as Row
from .kit.judging.verdict import Claim
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WORLD = "forwarding"


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Go through every way; a row for each, in both families."""
    yield from forwarding_rows(lab, trial)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Headers and octets are as the closed forms say, and nothing is lost."""
    direct = [row for row in rows if is_direct(row)]
    others = [row for row in rows if row not in direct]
    packets = [row for row in rows if row.largest]
    return [
        statements.SERVED.judge(rows),
        statements.OVERHEAD.judge(rows),
        statements.PAST.judge(direct),
        statements.TWICE.judge(others),
        statements.fewer(direct, others),
        statements.ALIKE.judge(direct),
        statements.HIDDEN.judge(others),
        statements.TRANSLATED.judge([row for row in others if row.largest]),
        statements.SUMS.judge(rows),
        statements.FITS.judge(packets),
        statements.MSS.judge(rows),
        statements.FULL.judge(rows),
        statements.as_near(rows),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """What passes the balancer, what stays the same, and what is too long."""
    return [
        carried_bands(rows),
        cost_table(rows),
        kept_table(rows),
        size_table(rows),
    ]
