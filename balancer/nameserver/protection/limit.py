"""Response rate limiting: a victim whose address is forged gets few of our responses.

As in BIND: responses are alike when they go to one network and say one thing. Each
such kind has an account that gains `per_second` up to that much, and loses one for
each response; who is overdrawn gets nothing, or now and then a truncated response, on
which a real client turns to TCP. Pure: the time is an argument.
"""

from dataclasses import dataclass
from enum import Enum

from ...model import Network
from ..policies.asker import ADDRESS_BITS, ClientAddress

MAX_NETWORKS = 16384  # of clients whose networks are remembered by their address


class Verdict(Enum):
    """What becomes of a response."""

    SEND = "sent"
    SLIP = "slipped"
    DROP = "held_back"


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


@dataclass(slots=True)
class Account:
    """What a kind of response may still cost, and when that was."""

    balance: int
    at_s: int
    held_back: int = 0


class Limiter:
    """The accounts, in two generations: what neither touched is forgotten."""

    __slots__ = (
        "_exempt",
        "_lengths",
        "_limit",
        "_networks",
        "_old",
        "_turned_s",
        "_young",
    )

    def __init__(self, limit: RateLimit) -> None:
        self._limit = limit
        self._lengths = dict(limit.prefix_lengths)
        self._exempt = [
            (net.version, int(net.network_address), int(net.broadcast_address))
            for net in limit.exempt
        ]
        self._networks: dict[str, bytes] = {}
        self._young: dict[bytes, Account] = {}
        self._old: dict[bytes, Account] = {}
        self._turned_s = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def judge(self, source: str, kind: bytes, now_s: int) -> Verdict:
        """Say what becomes of a response to `source` that says `kind`."""
        network = self._networks.get(source)
        if network is None:
            network = self._remember(source)
        if not network:
            return Verdict.SEND
        account = self._account(network + kind, now_s)
        limit = self._limit
        gained = account.balance + (now_s - account.at_s) * limit.per_second
        lowest = -limit.window_s * limit.per_second
        account.balance = max(min(gained, limit.per_second) - 1, lowest)
        account.at_s = now_s
        if account.balance >= 0:
            return Verdict.SEND
        account.held_back += 1
        if limit.slip and account.held_back % limit.slip == 0:
            return Verdict.SLIP
        return Verdict.DROP

    def _account(self, key: bytes, now_s: int) -> Account:
        account = self._young.get(key)
        if account is not None:
            return account
        # Within a window and a second, every account left alone is full again.
        is_full = len(self._young) >= self._limit.max_accounts // 2
        if is_full or now_s - self._turned_s > self._limit.window_s:
            self._old, self._young, self._turned_s = self._young, {}, now_s
        account = self._old.pop(key, None) or Account(self._limit.per_second, now_s)
        self._young[key] = account
        return account

    def _remember(self, source: str) -> bytes:
        """Return the network of an address as a key; b"" for one that is exempt."""
        version, value = ClientAddress.from_text(source)
        network = value >> (ADDRESS_BITS[version] - self._lengths[version])
        key = version.to_bytes(1, "big") + network.to_bytes(16, "big")
        for of, first, last in self._exempt:
            if of == version and first <= value <= last:
                key = b""
        if len(self._networks) >= MAX_NETWORKS:
            self._networks.clear()
        self._networks[source] = key
        return key
