"""Which questions XDP answers: those with one answer for a network, and room for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from ...wire.dns.codes import Type
from ...wire.dns.query import Question as Asked
from ..answering.hot import Hot
from ..answering.memo import HotQuestions
from ..answering.ready import Ready
from ..policies.asker import Asker, ClientAddress
from ..policies.lots import ByResolver, Everybody, Policy
from ..telemetry.tallies import Tallies
from ..zones.node import packed_sets
from ..zones.zone import Zone, Zones
from .table import Answer, Question, Regions, regions_of

MAX_NAME_OCTETS = 64
MAX_RECORDS_OCTETS = 256
TYPES = (Type.A, Type.AAAA)
COUNTS = slice(2, 8)  # in the header's counts: all but that of questions


@dataclass(frozen=True, slots=True)
class Limits:
    """How much XDP is given.

    Args:
        questions: at most.
        answers: at most; questions with the same ones share them.
        regions: of a policy and family, at most.
    """

    questions: int = 1 << 16
    answers: int = 1 << 14
    regions: int = 1 << 16


@dataclass(slots=True)
class _Policies:
    """The regions of each policy, worked out once; None: it has too many."""

    limit: int
    found: dict[int, Regions | None] = field(default_factory=dict)

    def regions(self, policy: Policy) -> Regions | None:
        if id(policy) not in self.found:
            self.found[id(policy)] = _regions(policy, self.limit)
        return self.found[id(policy)]


def hot_questions(zones: Zones, limits: Limits = Limits()) -> tuple[Question, ...]:
    """Return the questions that XDP answers as `answer` does; steered names first."""
    hot, policies = HotQuestions(zones, Tallies()), _Policies(limits.regions)
    found: list[Question] = []
    known: set[tuple[Answer, ...]] = set()
    answers = 0
    for zone, asked in _asked(zones):
        if len(found) == limits.questions:
            break
        question = _question(zone, asked, hot.hot(asked.to_wire()), policies)
        if question is None:
            continue
        if question.answers not in known:
            if answers + len(question.answers) > limits.answers:
                continue
            known.add(question.answers)
            answers += len(question.answers)
        found.append(question)
    return tuple(found)


def _asked(zones: Zones) -> Iterator[tuple[Zone, Asked]]:
    every = tuple(zones.by_apex.values())
    for zone, name, type_ in chain(_steered(every), _stored(every)):
        if type_ not in TYPES or len(name) > MAX_NAME_OCTETS:
            continue
        # Not where another zone of ours hides the name.
        if zones.find(name) is zone:
            yield zone, Asked(name, type_)


def _steered(zones: tuple[Zone, ...]) -> Iterator[tuple[Zone, bytes, int]]:
    for zone in zones:
        for name, sets in zone.steered.items():
            yield from ((zone, name, type_) for type_ in sets)


def _stored(zones: tuple[Zone, ...]) -> Iterator[tuple[Zone, bytes, int]]:
    for zone in zones:
        for name, packed in zone.nodes:
            yield from ((zone, name, type_) for type_, _, _ in packed_sets(packed))


def _question(
    zone: Zone, asked: Asked, hot: Hot | None, policies: _Policies
) -> Question | None:
    if hot is None or not isinstance(hot.answers, tuple):  # drawn for each query
        return None
    answers = tuple(map(_answer, hot.answers))
    if any(len(answer.records) > MAX_RECORDS_OCTETS for answer in answers):
        return None
    policy, is_signed = hot.by_source.policy, zone.key is not None
    if isinstance(policy, Everybody):
        return Question(asked.name, asked.type, answers, is_signed=is_signed)
    regions = policies.regions(policy)
    if regions is None:
        return None
    by_resolver = policy.by_resolver
    return Question(asked.name, asked.type, answers, regions, by_resolver, is_signed)


def _answer(ready: Ready) -> Answer:
    return Answer(ready.plain_counts[COUNTS], ready.records, ready.tally.about)


def _regions(policy: Policy, limit: int) -> Regions | None:
    # What goes by the resolver says nothing of scopes; what it asks does.
    inner = policy.policy if isinstance(policy, ByResolver) else policy

    def choose(client: ClientAddress) -> tuple[int, int]:
        return inner.choose(Asker(client, client))

    four, six = (regions_of(choose, version, limit) for version in (4, 6))
    return None if four is None or six is None else (four, six)
