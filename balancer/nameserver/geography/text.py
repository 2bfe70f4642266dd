"""Maps as text: a prefix in each line, and what is known of it; pure.

A network map says where a prefix is, a latency map how far it is from each site:

    11.1.16.0/24    fra                 # a network map
    11.1.16.0/24    fra=0.8 iad=88.5    # a latency map, in milliseconds
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from math import isfinite
from typing import TypeVar

from ...config import Mistake, config_error

MOST_MISTAKES = 20
BITS = {4: 32, 6: 128}

T = TypeVar("T")
# IP version, first address and length.
Prefix = tuple[int, int, int]


def read_network_map(
    lines: Iterable[str], file_name: str
) -> Iterator[tuple[Prefix, str]]:
    """Yield prefixes with their location; ConfigError with the first mistakes."""
    return _read(lines, file_name, _location)


def read_latency_map(
    lines: Iterable[str], file_name: str
) -> Iterator[tuple[Prefix, Mapping[str, float]]]:
    """Yield prefixes with milliseconds by site; ConfigError with the first mistakes."""
    return _read(lines, file_name, _rtt_ms)


def parse_prefix(text: str) -> Prefix:
    """Return a prefix; ValueError when `text` is none.

    `ipaddress.ip_network` does the same in three times the time, which a million
    prefixes make seconds.
    """
    first, slash, digits = text.partition("/")
    # Not `ip_address`, which tries IPv4 first: an exception for each of the others.
    address = IPv6Address(first) if ":" in first else IPv4Address(first)
    bits = BITS[address.version]
    length = int(digits) if slash else bits
    if not 0 <= length <= bits:
        raise ValueError(f"{text!r} has no length from 0 to {bits}")
    start = int(address)
    if start & ((1 << (bits - length)) - 1):
        raise ValueError(f"{text!r} has bits set behind its length")
    return address.version, start, length


def _read(
    lines: Iterable[str], file_name: str, parse: Callable[[list[str]], T]
) -> Iterator[tuple[Prefix, T]]:
    mistakes: list[Mistake] = []
    seen: set[Prefix] = set()
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(mistakes) >= MOST_MISTAKES:
            break
        try:
            prefix, said = parse_prefix(words[0]), parse(words[1:])
        except ValueError as error:
            mistakes.append(Mistake(f"line {number}", str(error)))
            continue
        if prefix in seen:
            mistakes.append(Mistake(f"line {number}", f"{words[0]} stood there before"))
        seen.add(prefix)
        yield prefix, said
    if mistakes:
        raise config_error(file_name, mistakes)


def _location(words: list[str]) -> str:
    if len(words) != 1:
        raise ValueError("not a prefix and one location")
    return words[0]


def _rtt_ms(words: list[str]) -> dict[str, float]:
    if not words:
        raise ValueError("no SITE=MILLISECONDS behind the prefix")
    return dict(map(_measured, words))


def _measured(word: str) -> tuple[str, float]:
    site, _, digits = word.partition("=")
    try:
        rtt_ms = float(digits)
    except ValueError:
        rtt_ms = -1.0
    if not site or not isfinite(rtt_ms) or rtt_ms < 0:
        raise ValueError(f"{word!r} is no SITE=MILLISECONDS")
    return site, rtt_ms
