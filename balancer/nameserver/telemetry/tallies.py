"""Counts of answers by what they were about, each in an object that paths keep at hand.

To count is to add one to a number: who answers the same again needs no look-up for it.
"""

from typing import NamedTuple

from ...wire.dns.codes import Type
from ...wire.dns.edns import OPTION, SUBNET

OTHER = 0  # types that have no name here, which a sender may make up
TYPE_NAMES: dict[int, str] = {each.value: each.name for each in Type} | {OTHER: "other"}
NO_SCOPE = -1
# In a whole option, from the lower octet of the family to the scope.
SCOPED = slice(OPTION.size + 1, OPTION.size + SUBNET.size)
FAMILIES = {1: "IPv4", 2: "IPv6"}

Counts = dict[str, dict[str, int]]


class About(NamedTuple):
    """What an answer was about.

    Args:
        type: what was asked for; `OTHER` if it is none that we know.
        policy: what chose the answer, if anything did.
        site: the one that was chosen.
        scope: of a client subnet, its family in the octet above; or `NO_SCOPE`.
    """

    type: int
    policy: str = ""
    site: str = ""
    scope: int = NO_SCOPE


class Tally:
    """How many answers there were of a kind."""

    __slots__ = ("_scoped", "_tallies", "about", "count")

    def __init__(self, about: About, tallies: "Tallies") -> None:
        self.about, self.count = about, 0
        self._tallies = tallies
        self._scoped: dict[bytes, Tally] = {}

    def scoped(self, option: bytes) -> "Tally":
        """Return the tally of the same with the scope of a client subnet option."""
        head = option[SCOPED]
        tally = self._scoped.get(head)
        if tally is None:
            scope = scope_of(head[0], head[-1])
            tally = self._tallies[self.about._replace(scope=scope)]
            self._scoped[head] = tally
        return tally


class Said(NamedTuple):
    """A response that may be given again: octets, octets with identifier, its tally."""

    response: bytes
    size: int
    tally: Tally


class Tallies(dict[About, Tally]):
    """A tally for each kind; kinds are few, whatever is asked."""

    def __missing__(self, about: About) -> Tally:
        tally = self[about] = Tally(about, self)
        return tally

    def add(self, others: "Tallies") -> None:
        """Add what others have counted."""
        for about, tally in tuple(others.items()):
            self[about].count += tally.count

    @property
    def total(self) -> int:
        """How many answers there were."""
        return sum(tally.count for tally in tuple(self.values()))

    @property
    def with_subnet(self) -> int:
        """How many of them had a client subnet."""
        return sum(each.count for each in tuple(self.values()) if each.about.scope >= 0)

    def snapshot(self) -> dict[str, Counts | dict[str, int]]:
        """Return counts by type, by policy and site, and by scope."""
        types: dict[str, int] = {}
        steered: Counts = {}
        scopes: dict[str, int] = {}
        # A copy, as the snapshot is another thread's.
        for tally in tuple(self.values()):
            (type_, policy, site, scope), count = tally.about, tally.count
            if count:
                _add(types, TYPE_NAMES[type_], count)
            if count and policy:
                _add(steered.setdefault(policy, {}), site, count)
            if count and scope >= 0:
                _add(scopes, _scope_text(scope), count)
        return {"types": types, "steered": steered, "scopes": scopes}


def known_type(type_: int) -> int:
    """Return a type, if it has a name here, or `OTHER`."""
    return type_ if type_ in TYPE_NAMES else OTHER


def scope_of(family: int, length: int) -> int:
    """Return a scope as `About` has it."""
    return family << 8 | length


def _scope_text(scope: int) -> str:
    family, length = divmod(scope, 256)
    return f"{FAMILIES.get(family, 'none')}/{length}"


def _add(counts: dict[str, int], name: str, count: int) -> None:
    counts[name] = counts.get(name, 0) + count
