"""Does every reply go straight from the backend to the client, past the balancer?

Every client asks its own resolver for the service, fetches from the VIP that it was
told over IPv4 and IPv6, and captures at client, balancer and backend follow each flow.
Hypotheses D2, D3 and B5 of "Load Balancing at the Frontend" (SRE book, chapter 19):
direct server return keeps replies off the balancer, which then carries requests and
acknowledgements alone; without client subnets DNS steers resolvers, not users.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from topo.world.plan import Role

from .kit.clients.visits import LARGE, visit_all
from .kit.drawings import path_table, ways
from .kit.figures import Figure
from .kit.judging.claims import Every
from .kit.judging.verdict import Claim
from .kit.tracing.followed import Followed as Row
from .kit.tracing.followed import follow
from .kit.trial import Trial

if TYPE_CHECKING:
    from topo.lab.lab import Lab

WATCHED = (Role.CLIENT, Role.BALANCER, Role.BACKEND)
SRE = "SRE book, chapter 19"


def measure(lab: "Lab", trial: Trial) -> Iterator[Row]:
    """Let every client visit the first service; one row for each fetch."""
    watched = [host for host in lab.plan.hosts if host.role in WATCHED]
    with trial.capture("visits", watched) as capture:
        visits = asyncio.run(visit_all(lab, lab.plan, lab.world.services[0]))
    yield from follow(lab.plan, visits, capture.frames)


def claims(rows: Sequence[Row]) -> list[Claim]:
    """Replies avoid the balancer, paths are proven, DNS steers as the world asks."""
    return [
        _replies(rows),
        PROVEN.judge(rows),
        _octets([row for row in rows if row.path == LARGE and row.status == 200]),
        STEERED.judge(rows),
    ]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """The map of all ways with one request hop by hop, and a line a client."""
    return [ways(rows), path_table(rows)]


PROVEN: Every[Row] = Every(
    name="path",
    statement="Each flow goes to one balancer, unchanged to one backend, and straight "
    "back; both outer addresses are theirs, and no hop changes a segment.",
    expected="every flow of every client",
    holds=lambda row: row.proven and row.status == 200,
    tell=lambda row: (
        f"{row.client} IPv{row.family} {row.path}: "
        f"{row.reason or f'HTTP status {row.status}'} {row.counter_example}".strip()
    ),
    unit="flows",
    source=f"{SRE}: encapsulation with GRE",
)
STEERED: Every[Row] = Every(
    name="steering",
    statement="DNS sends each client to the datacenter nearest to what the authority "
    "knows: the client's subnet, or else its resolver.",
    expected="the datacenter that the world's delays call for",
    holds=lambda row: row.datacenter in row.wanted.split("/"),
    tell=lambda row: (
        f"{row.client} by {row.resolver}: {row.datacenter or 'nowhere'}, "
        f"not {row.wanted}"
    ),
    unit="fetches",
    source="RFC 7871; SRE book, chapter 19: closest to the resolver, not to the user",
)


def _replies(rows: Sequence[Row]) -> Claim:
    packets = sum(row.reply_packets for row in rows)
    strays = [row for row in rows if row.replies_at_balancer]
    seen = sum(row.replies_at_balancer for row in strays)
    return Claim(
        name="replies",
        statement="No reply packet passes a balancer.",
        holds=not seen if packets or seen else None,
        observed=f"{seen} reply packets at a balancer, {packets} from backends",
        expected="0",
        reason="; ".join(row.counter_example for row in strays[:1]),
        source=f"{SRE}: direct server return",
    )


def _octets(rows: Sequence[Row]) -> Claim:
    body = sum(row.body_length for row in rows)
    through = sum(row.request_length for row in rows)
    bound = sum(row.bound_length for row in rows)
    return Claim(
        name="octets",
        statement="Of a 100 kB download the balancer carries the request and "
        "acknowledgements alone.",
        holds=through <= bound if body else None,
        observed=f"{through / body:.2%} of the octets delivered" if body else "nothing",
        expected=f"at most {bound / body:.2%}" if body else "a download",
        source="closed form: SYN, request, an ACK a reply packet; NAT carries 100 %",
    )
