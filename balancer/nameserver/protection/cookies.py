"""DNS cookies (RFC 7873), with server cookies that all products agree on (RFC 9018).

Any server of an anycast group that has the secret accepts what another one gave out.
"""

from struct import Struct
from typing import NamedTuple

from ...errors import WireError
from ..policies.asker import packed_address
from .siphash import KEY_OCTETS, SipHash

CLIENT_OCTETS = 8
SERVER_HEAD = Struct("!B3xI")  # version, reserved, seconds since 1970
SIGNED_OCTETS = CLIENT_OCTETS + SERVER_HEAD.size
VERSION = 1
SECRET_OCTETS = KEY_OCTETS
SHORTEST_OCTETS = CLIENT_OCTETS + 8  # RFC 7873 4: a server's cookie has 8 to 32
LONGEST_OCTETS = CLIENT_OCTETS + 32
WHOLE_OCTETS = CLIENT_OCTETS + 16  # with a server cookie of ours
MAX_AGE_S = 3600  # RFC 9018, section 4.3
RENEWAL_AGE_S = 1800
MAX_AHEAD_S = 300
LAST_S = 2**32 - 1


class Cookie(NamedTuple):
    """What to send back, and whether the client proved that it is where it says.

    A tuple, as many queries make one.
    """

    data: bytes
    is_proven: bool


class Cookies:
    """Makes and checks cookies.

    Args:
        secrets: of 16 octets each: the first makes cookies, all of them check them.
    """

    __slots__ = ("_hashes",)

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._hashes = tuple(map(SipHash, secrets))

    def reply(self, data: bytes, source: str, now_s: int) -> Cookie:
        """Return the answer to an option's data; WireError when it has no such length.

        Args:
            data: the client's cookie, perhaps with a server's.
            source: the client's address, as the socket gives it.
            now_s: seconds since 1970.
        """
        size = len(data)
        if size == WHOLE_OCTETS:
            return self._check(data, packed_address(source), now_s)
        if size != CLIENT_OCTETS and not SHORTEST_OCTETS <= size <= LONGEST_OCTETS:
            raise WireError(f"a cookie of {size} octets")
        made = self._make(data, packed_address(source), now_s)
        return tuple.__new__(Cookie, (made, False))

    def _check(self, data: bytes, address: bytes, now_s: int) -> Cookie:
        version, made_s = SERVER_HEAD.unpack_from(data, CLIENT_OCTETS)
        # Since the earliest time that is believed; RFC 1982: it may wrap.
        since_s = now_s - made_s + MAX_AHEAD_S & LAST_S
        if version == VERSION and since_s <= MAX_AHEAD_S + MAX_AGE_S:
            signed, theirs = data[:SIGNED_OCTETS] + address, data[SIGNED_OCTETS:]
            if theirs in [each.of(signed) for each in self._hashes]:
                is_young = since_s < MAX_AHEAD_S + RENEWAL_AGE_S
                ours = data if is_young else self._make(data, address, now_s)
                return tuple.__new__(Cookie, (ours, True))
        return tuple.__new__(Cookie, (self._make(data, address, now_s), False))

    def _make(self, data: bytes, address: bytes, now_s: int) -> bytes:
        head = data[:CLIENT_OCTETS] + SERVER_HEAD.pack(VERSION, now_s & LAST_S)
        return head + self._hashes[0].of(head + address)
