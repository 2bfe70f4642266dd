"""What XDP answers, as plain records; how they lie in maps is in `layouts`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ..policies.asker import ADDRESS_BITS, ClientAddress
from ..telemetry.tallies import About


class Answer(NamedTuple):
    """The records of a response.

    `counts` are the header's for answers, authorities and additionals, two octets
    each, without an OPT record. `about` is what it is counted as.
    """

    counts: bytes
    records: bytes
    about: About


class Region(NamedTuple):
    """A network that gets one answer, by its number among the question's answers.

    The prefix length is also its scope for client subnets.
    """

    address: int
    prefix_length: int
    answer: int


# Regions that together cover a family: of IPv4, then of IPv6.
Regions = tuple[tuple[Region, ...], tuple[Region, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that XDP answers.

    Args:
        name: in wire format and lower case.
        type: A or AAAA.
        answers: by number.
        regions: which answer is whose; None: number 0 is everybody's.
        by_resolver: whether the client's own network does not matter.
        is_signed: whether there are signatures for who asks for them.
    """

    name: bytes
    type: int
    answers: tuple[Answer, ...]
    regions: Regions | None = None
    by_resolver: bool = False
    is_signed: bool = False


# The number of an answer, and its scope prefix length.
Choose = Callable[[ClientAddress], tuple[int, int]]


def regions_of(choose: Choose, version: int, limit: int) -> tuple[Region, ...] | None:
    """Return the networks of a family, each as large as its scope; None: too many.

    Scopes never overlap, and together they cover the family: behind each starts the
    next one.
    """
    bits = ADDRESS_BITS[version]
    found: list[Region] = []
    address = 0
    while address < 1 << bits:
        if len(found) == limit:
            return None
        answer, scope = choose(ClientAddress(version, address))
        found.append(Region(address, scope, answer))
        address += 1 << (bits - scope)
    return tuple(found)
