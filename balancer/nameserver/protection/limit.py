"""Response rate limiting: a victim whose address is forged gets few of our responses.

As in BIND: responses are alike when they go to one network and say one thing. Each
such kind has an account that gains `per_second` up to that much, and loses one for
each response; who is overdrawn gets nothing, or now and then a truncated response, on
which a real client turns to TCP. Pure: the time is an argument.
"""

from dataclasses import dataclass
from enum import Enum

from ...model import Network
from ..policies.asker import ADDRESS_BITS, packed_address


class Verdict(Enum):
    """What becomes of a response."""

    SEND = "sent"
    SLIP = "slipped"
    DROP = "held_back"


SEND = Verdict.SEND


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many like responses a network gets.

    Args:
        per_second: responses of a kind to a network.
        window_s: how long a flood is remembered: its debt grows to so many seconds.
        slip: each so manieth response held back is sent truncated; 0: none is.
        prefix_lengths: of a network, by IP version.
        exempt: networks that are not limited.
        max_accounts: how many are kept; beyond, the ones longest unused are forgotten.
    """

    per_second: int
    window_s: int = 15
    slip: int = 2
    prefix_lengths: tuple[tuple[int, int], ...] = ((4, 24), (6, 56))
    exempt: tuple[Network, ...] = ()
    max_accounts: int = 100_000


class Limiter:
    """The accounts, in two generations: what neither touched is forgotten.

    An account is the time at which it will be full again, in parts of a second of which
    each gains one: a number, as who forges addresses opens one with each query. How
    often something was held back is kept for those alone of which something was.
    """

    __slots__ = (
        "_exempt",
        "_held_back",
        "_limit",
        "_networks",
        "_old",
        "_turned_s",
        "_young",
    )

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        # By octets of an address: how a network's key begins, how many bits are cut
        # off, and how many octets are left.
        self._networks = {
            ADDRESS_BITS[version] // 8: (
                version.to_bytes(),
                ADDRESS_BITS[version] - length,
                (length + 7) // 8,
            )
            for version, length in limit.prefix_lengths
        }
        self._exempt = [
            (net.network_address.packed, net.broadcast_address.packed)
            for net in limit.exempt
        ]
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._held_back: dict[bytes, int] = {}
        self._turned_s = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def judge(self, source: str, kind: bytes, now_s: int) -> Verdict:
        """Say what becomes of a response to `source` that says `kind`."""
        packed = packed_address(source)
        head, cut_bits, octets = self._networks[len(packed)]
        if self._exempt and self._is_exempt(packed):
            return SEND
        if cut_bits % 8:
            packed = (int.from_bytes(packed) >> cut_bits).to_bytes(octets)
        key = head + packed[:octets] + kind
        per_second = self._limit.per_second
        now = now_s * per_second
        full_at = self._young.get(key)
        if full_at is None:
            # Within a window and a second, every account left alone is full again.
            is_full = len(self._young) >= self._limit.max_accounts // 2
            if is_full or now_s - self._turned_s > self._limit.window_s:
                self._turn(now_s)
            full_at = self._old.pop(key, 0) if self._old else 0
        full_at = (full_at if full_at > now else now) + 1
        if full_at - now <= per_second:
            self._young[key] = full_at
            return SEND
        latest = now + per_second + self._limit.window_s * per_second
        self._young[key] = min(full_at, latest)
        return self._hold_back(key)

    def _turn(self, now_s: int) -> None:
        """Begin a new generation of accounts, and forget the one before the last."""
        self._old, self._young, self._turned_s = self._young, {}, now_s
        if len(self._held_back) > self._limit.max_accounts // 2:
            self._held_back = {}

    def _hold_back(self, key: bytes) -> Verdict:
        slip = self._limit.slip
        count = self._held_back[key] = self._held_back.get(key, 0) + 1
        return Verdict.SLIP if slip and count % slip == 0 else Verdict.DROP

    def _is_exempt(self, packed: bytes) -> bool:
        return any(
            len(first) == len(packed) and first <= packed <= last
            for first, last in self._exempt
        )
