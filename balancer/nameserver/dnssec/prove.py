"""Adds to what was found what a validating resolver needs to believe it."""

from ...wire.dns.records import Records, StoredRun
from ...wire.dns.response import Sections
from ..protection.budget import Budget
from ..zones.finding import ANSWERS, REFERRALS, Finding, Matter
from .prover import ALWAYS, RRSIG, Prover, prover_of, types_at


def prove(
    finding: Finding,
    type_: int,
    now_s: int,
    says_nxdomain: bool = False,
    budget: Budget | None = None,
) -> Finding:
    """Return a finding with signatures and denials, if its zone is signed.

    Args:
        finding: what there is to a question.
        type_: what was asked for.
        now_s: seconds since 1970.
        says_nxdomain: whether the resolver takes the response code NXDOMAIN together
            with records that deny no more than a type (RFC 9824's CO flag).
        budget: of signatures for names that somebody may have made up.

    Raises:
        Spent: the budget is.
    """
    outcome, sections, scope, matter, _, policy, site = finding
    if matter is None:
        return finding
    prover = prover_of(matter.zone, matter.node, now_s, budget)
    if prover is None:
        return finding
    answers, authorities, glue, additional = sections
    if outcome is REFERRALS:
        authorities = prover.delegation(matter.node, authorities)
    if answers:
        answers = prover.signed(answers)
    if outcome is REFERRALS or not authorities:
        proven = tuple.__new__(Sections, (answers, authorities, glue, additional))
        parts = outcome, proven, scope, matter, False, policy, site
        return tuple.__new__(Finding, parts)
    denial = _denial(prover, matter, type_, is_alias=bool(answers))
    if type_ in ALWAYS:
        # Every name has an NSEC record and its signature: nothing is denied.
        return Finding(ANSWERS, Sections(answers + denial), scope, matter)
    denied = prover.signed(authorities) + denial
    proven = Sections(answers, denied, glue, additional)
    return Finding(outcome, proven, scope, matter, not says_nxdomain)


def _denial(
    prover: Prover, matter: Matter, type_: int, is_alias: bool
) -> tuple[Records, ...]:
    _, name, node = matter
    if name is None:
        return ()
    # Nobody asks for a made-up name twice; what an alias points to is none.
    keep = is_alias or (node is not None and not node.wildcard)
    nsec = prover.denial(name, types_at(node), keep) or ()
    if type_ == RRSIG:
        nsec = nsec[1:]
    return (StoredRun(name, b"".join(nsec), len(nsec)),)
