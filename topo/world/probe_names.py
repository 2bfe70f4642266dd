"""Names in the zone that exist to be measured, a set of its own for each resolver.

Who asked is then told by the name alone, also behind a forwarder, and no resolver
warms another one's cache.
"""

from dataclasses import dataclass

from .records import World

CACHED_NAMES = 16
# Resolvers round a TTL by up to a second either way: below 5 s nothing can be said.
CACHED_TTL_S = 5
SHORT_TTL_S = 2
STEERED_TTL_S = 60
MANY_TTL_S = 5
# Addresses that have more or less in common with those of clients, as a service's in
# several blocks would have: the first is in a block next to theirs.
APART = {
    "A": ("11.250.0.1", "23.53.2.1", "96.0.2.1", "198.18.2.1"),
    "AAAA": ("2a11:250::1", "2a23:53:2::1", "2600:2::1", "2001:2:2::1"),
}
SIZED_TTL_S = 60
DRAINED_NAMES, DRAINED_TTL_S = 6, 20
USER_NAMES, USER_TTL_S = 5, 5
PLACED_NAMES = 8
# RFC 1035: header 12, question's type and class 4; a record whose name is a pointer
# has 12 octets before its data. 4.2.1: 512 octets are the most by UDP, without EDNS0.
HEADER, QUESTION, RECORD, PLAIN_UDP = 12, 4, 12, 512
DATA = {"A": 4, "AAAA": 16}
MANY_MORE = 100  # records: more than 1232 octets, which EDNS0 is used for at most


@dataclass(frozen=True, slots=True)
class ProbeNames:
    """The probe names of one resolver, absolute.

    Args:
        cached: `CACHED_NAMES` names with a TTL of `CACHED_TTL_S`, for load.
        short: a name with a TTL of `SHORT_TTL_S`, to see it stretched.
        steered: answered by policy, as services are, with a TTL of `STEERED_TTL_S`.
        priced: as `steered`, for another experiment in the same lab.
        many: answered with the VIPs of every datacenter, with a TTL of `MANY_TTL_S`.
        apart: answered with `APART` for the same time: nobody is there.
        drained: `DRAINED_NAMES` names that lead to the first datacenter for
            `DRAINED_TTL_S`, and to the next one while that is drained.
        users: `USER_NAMES` names that each answer leads to any datacenter, for
            `USER_TTL_S`; each is like a resolver of its own.
        placed: `PLACED_NAMES` names that are steered as `steered` is.
    """

    cached: tuple[str, ...]
    short: str
    steered: str
    priced: str
    many: str
    apart: str
    drained: tuple[str, ...]
    users: tuple[str, ...]
    placed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SizedName:
    """A name with so many records of one type, "A" or "AAAA"."""

    name: str
    type: str
    count: int


def probe_names(world: World, resolver: str) -> ProbeNames:
    """The names that only clients of `resolver` ask for."""
    tail = f"{resolver}.{world.domain}"
    return ProbeNames(
        cached=tuple(f"cached{k:02}-{tail}" for k in range(CACHED_NAMES)),
        short=f"short-{tail}",
        steered=f"steered-{tail}",
        priced=f"priced-{tail}",
        many=f"many-{tail}",
        apart=f"apart-{tail}",
        drained=tuple(f"drained{k}-{tail}" for k in range(DRAINED_NAMES)),
        users=tuple(f"users{k}-{tail}" for k in range(USER_NAMES)),
        placed=tuple(f"placed{k}-{tail}" for k in range(PLACED_NAMES)),
    )


def most_records(name: str, type_: str) -> int:
    """How many records of the name's own a plain UDP answer of 512 octets holds."""
    return (PLAIN_UDP - answer_octets(name, type_, 0)) // (RECORD + DATA[type_])


def answer_octets(name: str, type_: str, count: int) -> int:
    """The length of an answer with `count` records and nothing else, without EDNS0."""
    asked = len(name) + 2 + QUESTION
    return HEADER + asked + count * (RECORD + DATA[type_])


def sized_names(domain: str) -> tuple[SizedName, ...]:
    """Names with the most records that fit, with one more, and with many more."""
    return tuple(
        SizedName(f"{letter}{count}.{domain}", type_, count)
        for letter, type_ in (("a", "A"), ("q", "AAAA"))
        for most in [most_records(f"{letter}00.{domain}", type_)]
        for count in (most, most + 1, MANY_MORE)
    )
