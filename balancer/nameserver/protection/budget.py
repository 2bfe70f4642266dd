"""Signatures for single queries: which may have one, and how many in a second; pure.

Made-up names are denied one by one, each with a signature of its own, which costs as
much as everything else about the answer. So they are rationed: who asks by UDP for more
is sent to TCP, where an address cannot be forged. Who makes a query dear in other ways,
too, as no resolver does, is sent there at once.
"""

from ...wire.dns.codes import OptionCode
from ...wire.dns.edns import Option
from ...wire.dns.names import label_starts
from ...wire.dns.query import Query
from .cookies import CLIENT_OCTETS

# How many labels a name may have beside none, one, or two of what is dear itself: an
# option, or a policy's choice where there are aliases. The longest names in use have 34
# labels: reverse names of IPv6.
MAX_LABELS = 40, 35, 6
MOST_DEAR = len(MAX_LABELS) - 1
CLIENT_SUBNET, COOKIE = OptionCode.CLIENT_SUBNET, OptionCode.COOKIE


class Spent(Exception):
    """No more signatures are made in this second."""


class Budget:
    """Signatures that may yet be made.

    Args:
        per_second: how many there are anew with each second.
    """

    __slots__ = ("_at_s", "_left", "_per_second")

    def __init__(self, per_second: int) -> None:
        self._per_second = self._left = per_second
        self._at_s = 0

    def take(self, now_s: int) -> None:
        """Take one; Spent when there is none left."""
        if now_s != self._at_s:
            self._at_s, self._left = now_s, self._per_second
        if self._left <= 0:
            raise Spent
        self._left -= 1


NOTHING = Budget(0)  # of who asks for too much besides


def is_light(query: Query, choices: int = 0) -> bool:
    """Say whether a query, which shows no cookie of ours, asks for little besides.

    It has no records but its OPT record, few labels and options, and no cookie of a
    server, which then is not ours. Where policies choose, it has a client subnet at
    most: by TCP, who has no cookie of ours gets one.

    Args:
        query: of class IN.
        choices: of policies, of an alias or of what is behind one.
    """
    (*_, answers, authorities, additionals), question, edns, *_ = query
    if answers or authorities or additionals > 1:
        return False
    dear = min(choices, MOST_DEAR)
    if edns is not None and edns.options:
        dear += 1
        if dear > MOST_DEAR or not _is_usual(edns.options, choices):
            return False
    most = MAX_LABELS[dear]
    if len(question.name) <= 2 * most:  # each label takes two octets at least
        return True
    return len(label_starts(question.name.lower())) <= most + 1


def _is_usual(options: tuple[Option, ...], choices: int) -> bool:
    (code, data), *more = options
    if more or (choices and code != CLIENT_SUBNET):
        return False
    return code != COOKIE or len(data) <= CLIENT_OCTETS
