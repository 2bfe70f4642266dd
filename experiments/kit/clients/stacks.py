"""How client programs choose one of several addresses: pure functions of an answer."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network

from balancer.model import Address

# RFC 6724, section 2.1: precedence and label by prefix; IPv4 is ::ffff:0:0/96 there.
_POLICY = (
    (IPv6Network("::1/128"), 50, 0),
    (IPv6Network("::ffff:0:0/96"), 35, 4),
    (IPv6Network("2002::/16"), 30, 2),
    (IPv6Network("2001::/32"), 5, 5),
    (IPv6Network("fc00::/7"), 3, 13),
    (IPv6Network("::/96"), 1, 3),
    (IPv6Network("fec0::/10"), 1, 11),
    (IPv6Network("3ffe::/16"), 1, 12),
    (IPv6Network("::/0"), 40, 1),
)
ATTEMPT_DELAY_MS = 250.0  # RFC 8305, section 5: recommended


@dataclass(frozen=True, slots=True)
class Sources:
    """A client's own addresses, and the lengths of the prefixes that they are from."""

    address4: IPv4Address
    address6: IPv6Address
    length4: int = 24
    length6: int = 64

    def common_bits(self, destination: Address) -> int:
        """Return CommonPrefixLen(source, destination) of RFC 6724, section 2.2."""
        if destination.version == 4:
            return min(_common_bits(self.address4, destination), self.length4)
        return min(_common_bits(self.address6, destination), self.length6)

    def source(self, destination: Address) -> Address:
        """Return the client's address of the destination's family."""
        return self.address4 if destination.version == 4 else self.address6


def first_record(answer: Sequence[Address]) -> Address:
    """Return what comes first: resolvers and the authority decide."""
    return answer[0]


def random_record(answer: Sequence[Address], source: random.Random) -> Address:
    """Return any of them, each as likely."""
    return answer[source.randrange(len(answer))]


def pinned(answer: Sequence[Address], kept: Address | None) -> Address:
    """Return the address that was chosen first, for as long as the program runs."""
    return answer[0] if kept is None else kept


def rfc6724(
    answer: Sequence[Address], sources: Sources, ipv4_prefixes: bool = True
) -> list[Address]:
    """Return destinations in the order of RFC 6724, section 6.

    Rules 2 to 4, 7 and 8 never decide here: all addresses are global and native. The C
    library of GNU applies rule 9 to IPv4 only inside of one subnet, because it defeats
    the rotation of resolvers: `ipv4_prefixes` False is like that.
    """

    def rank(destination: Address) -> tuple[bool, int, int]:
        precedence, label = _policy(destination)
        _, own_label = _policy(sources.source(destination))
        counts = destination.version == 6 or ipv4_prefixes
        bits = sources.common_bits(destination) if counts else 0
        return label != own_label, -precedence, -bits

    return sorted(answer, key=rank)  # Stable: rule 10.


def happy_eyeballs(
    ordered: Sequence[Address],
    connect_ms: Mapping[Address, float],
    delay_ms: float = ATTEMPT_DELAY_MS,
) -> Address | None:
    """Return the address whose connection is there first (RFC 8305); None: none is.

    Args:
        ordered: destinations as RFC 6724 has them.
        connect_ms: how long a handshake takes; what is missing never answers.
        delay_ms: between the starts of two attempts.
    """
    tried = interleaved(ordered)
    done_ms = {
        it: number * delay_ms + connect_ms[it]
        for number, it in enumerate(tried)
        if it in connect_ms
    }
    return min(done_ms, key=done_ms.__getitem__, default=None)


def interleaved(ordered: Sequence[Address]) -> list[Address]:
    """Return the addresses with families in turn, the first one's first.

    RFC 8305, section 4, with one address of the first family before the other's.
    """
    if not ordered:
        return []
    first = [it for it in ordered if it.version == ordered[0].version]
    second = [it for it in ordered if it.version != ordered[0].version]
    turns = max(len(first), len(second))
    pairs = ((first[i : i + 1], second[i : i + 1]) for i in range(turns))
    return [it for a, b in pairs for it in (*a, *b)]


def _common_bits(a: Address, b: Address) -> int:
    return a.max_prefixlen - (int(a) ^ int(b)).bit_length()


def _policy(address: Address) -> tuple[int, int]:
    """Return precedence and label of an address by longest match."""
    mapped = address
    if isinstance(address, IPv4Address):
        mapped = IPv6Address(f"::ffff:{address}")
    entries = [it for it in _POLICY if mapped in it[0]]
    _, precedence, label = max(entries, key=lambda it: it[0].prefixlen)
    return precedence, label
