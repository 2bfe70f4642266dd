"""Kinds of answers keep their numbers, of which there is an end."""

from balancer.nameserver.telemetry.tallies import NO_SCOPE, About, Tallies, scope_of
from balancer.nameserver.xdp import kinds
from balancer.nameserver.xdp.kinds import NO_SCOPE_NUMBER, UNTOLD, Kinds

FRA, IAD = (About(1, "nearest", site) for site in ("fra", "iad"))


def test_counts_go_to_the_kind_whose_number_it_is():
    it, tallies = Kinds(), Tallies()
    numbers = [it.number(about) for about in (FRA, IAD, FRA)]
    assert numbers[0] == numbers[2] != numbers[1]
    it.count(tallies, numbers[0], NO_SCOPE_NUMBER, 3)
    it.count(tallies, numbers[1], scope_of(2, 48), 4)
    counts = {about: tally.count for about, tally in tallies.items()}
    assert counts == {FRA._replace(scope=NO_SCOPE): 3, IAD._replace(scope=560): 4}


def test_beyond_the_last_number_kinds_are_not_told_apart(monkeypatch):
    monkeypatch.setattr(kinds, "MAX_KINDS", 2)
    it, tallies = Kinds(), Tallies()
    for about in (FRA, IAD, FRA):
        it.count(tallies, it.number(about), NO_SCOPE_NUMBER, 1)
    assert {about: tally.count for about, tally in tallies.items()} == {
        FRA: 2,
        UNTOLD: 1,
    }
