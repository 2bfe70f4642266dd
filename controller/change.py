"""From the flows that a switch has to those it should have: the difference."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from .openflow import Flow, cookie_of


@dataclass(frozen=True, slots=True)
class Change:
    """What to send: first `add`, in order, then `remove`, by cookie.

    Adding replaces an entry with the same match and priority without a gap.
    """

    add: tuple[Flow, ...] = ()
    remove: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.add or self.remove)


def change(have: Set[Flow], want: Set[Flow], numbers: Mapping[str, int]) -> Change:
    """Return what makes `want` of `have` on a switch with these port numbers."""
    added = sorted(want - have, key=_order)
    replaced = {flow.place for flow in added}
    gone = [flow for flow in have - want if flow.place not in replaced]
    return Change(
        tuple(added), tuple(sorted(cookie_of(flow, numbers) for flow in gone))
    )


def recognise(
    cookies: Set[int], want: Set[Flow], numbers: Mapping[str, int]
) -> tuple[frozenset[Flow], frozenset[int]]:
    """Tell from a switch's cookies which wanted flows it has, and what is strange."""
    known = {cookie_of(flow, numbers): flow for flow in want}
    have = frozenset(flow for cookie, flow in known.items() if cookie in cookies)
    return have, frozenset(cookies - known.keys())


def _order(flow: Flow) -> tuple[int, str]:
    """Later tables first: nothing may go on to an entry that is not there yet."""
    return -flow.table, repr(flow.match)
