"""Who announces an anycast address and who has withdrawn it: commands in, state out.

As with BGP, what a session announced goes when the session ends: an agent that dies
together with its nameserver withdraws it by that. Members that nobody ever spoke for
count as announced.
"""

import json
from collections.abc import Iterable

from balancer.errors import ConfigError

from .fabric import Fabric, Membership
from .fields import Fields

ANNOUNCE, HOLD, WITHDRAW = "announce", "hold", "withdraw"
COMMANDS = (ANNOUNCE, HOLD, WITHDRAW)


class Announcements:
    """What the sessions of the control socket have said so far.

    A command is a line of JSON:

        {"command": "withdraw", "anycast": "nameserver", "member": "fra-ns"}

    with "announce" to come back, and "hold" in place of it for as long as the session
    lasts.
    """

    def __init__(self, fabric: Fabric) -> None:
        self._members = {
            anycast.name: frozenset(anycast.members) for anycast in fabric.anycasts
        }
        self._withdrawn: dict[Membership, None] = {}  # in order of withdrawal
        self._held: dict[int, set[Membership]] = {}

    @property
    def withdrawn(self) -> tuple[Membership, ...]:
        """The members that asked not to be sent anything, who did so first in front."""
        return tuple(self._withdrawn)

    def obey(self, session: int, line: bytes) -> None:
        """Carry out one command; ConfigError says what is wrong with it."""
        command, membership = self._read(line)
        held = self._held.setdefault(session, set())
        if command == WITHDRAW:
            self._withdrawn.setdefault(membership)
            held.discard(membership)
            return
        self._withdrawn.pop(membership, None)
        if command == HOLD:
            held.add(membership)

    def ended(self, session: int) -> None:
        """Withdraw what an ended session held, unless another one holds it too."""
        left = self._held.pop(session, set())
        for membership in sorted(left.difference(*self._held.values())):
            self._withdrawn.setdefault(membership)

    def _read(self, line: bytes) -> tuple[str, Membership]:
        try:
            fields = Fields(json.loads(line), "command")
        except ValueError as error:
            raise ConfigError(f"command: not JSON: {error}") from error
        command = _known("command", fields.text("command"), COMMANDS)
        anycast = _known("anycast", fields.text("anycast"), self._members)
        member = _known("member", fields.text("member"), self._members[anycast])
        fields.no_more()
        return command, Membership(anycast, member)


def _known(field: str, word: str, known: Iterable[str]) -> str:
    words = sorted(known)
    if word in words:
        return word
    raise ConfigError(f"command.{field}: {word!r} is not one of {', '.join(words)}")
