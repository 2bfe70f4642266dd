"""Many datagrams for the price of two system calls: recvmmsg and sendmmsg by ctypes."""

import ctypes
import socket
import sys
from collections.abc import Callable, Mapping
from ctypes import c_char, c_int, c_uint, c_void_p
from dataclasses import dataclass, field
from struct import Struct

from ..telemetry.tallies import Said

SLOTS = 64  # datagrams of one turn
SLOT_OCTETS = 4096  # what is cut off here is malformed, and answered so
NAME_OCTETS = 28  # of a struct sockaddr_in6, the longer one
MAX_PEERS = 16384  # beyond, all are forgotten at once

# struct iovec and struct mmsghdr of 64-bit Linux.
VECTOR = Struct("=QQ")  # base, length
VECTOR_LENGTH = slice(1, None, 2)  # as words of 64 bits
MESSAGE = Struct("=QI4xQQ24xI4x")  # name, its length, vectors, their count, length
MESSAGE_LENGTH = slice(14, None, 16)  # as words of 32 bits
# Where an address is in its struct sockaddr; in IPv6, the scope follows it.
ADDRESS = {socket.AF_INET: slice(4, 8), socket.AF_INET6: slice(8, 28)}

# From a message, its sender's address and the time in seconds to a response, if any.
Answer = Callable[[bytes, str, int], bytes | None]
IDENTIFIER_OCTETS = 2  # in front of a message; a response begins with the query's

_libc = ctypes.CDLL(None)
_recvmmsg, _sendmmsg = _libc.recvmmsg, _libc.sendmmsg
_recvmmsg.argtypes = (c_int, c_void_p, c_uint, c_int, c_void_p)
_sendmmsg.argtypes = (c_int, c_void_p, c_uint, c_int)


@dataclass(slots=True)
class Turn:
    """What came of the datagrams of some batches.

    Args:
        unsent: responses that the kernel did not take.
        repeated: senders of queries that had been answered before.
        samples: how many are still wanted, of the first of a batch each.
        sampled: the sender's address, the query, and the response, if any.
    """

    unsent: int = 0
    repeated: list[str] = field(default_factory=list)
    samples: int = 0
    sampled: list[tuple[str, bytes, bytes]] = field(default_factory=list)


class Peers(dict[bytes, str]):
    """Addresses as texts, by how a struct sockaddr has them."""

    def __missing__(self, address: bytes) -> str:
        if len(self) >= MAX_PEERS:
            self.clear()
        self[address] = _text(address)
        return self[address]


class Batch:
    """Memory for `SLOTS` datagrams of one family; responses take their places."""

    def __init__(self, family: int) -> None:
        octets, names = bytearray(SLOTS * SLOT_OCTETS), bytearray(SLOTS * NAME_OCTETS)
        vectors, messages = _descriptions(_address(octets), _address(names))
        self._slots, self._names = _cut(octets, SLOTS), _cut(names, SLOTS)
        address = ADDRESS[socket.AddressFamily(family)]
        self._addresses = [name[address] for name in self._names]
        self._vectors, self._messages = memoryview(vectors), memoryview(messages)
        self._new_vectors, self._new_messages = bytes(vectors), bytes(messages)
        self._messages_at = _address(messages)
        self._sizes = self._vectors.cast("Q")[VECTOR_LENGTH]
        self._lengths = self._messages.cast("I")[MESSAGE_LENGTH]
        self._peers = Peers()

    def exchange(
        self,
        descriptor: int,
        said: Mapping[bytes, Said],
        answer: Answer,
        now_s: int,
        turn: Turn,
    ) -> int:
        """Receive what waits at a socket, and send responses; how much there was.

        Args:
            descriptor: of the socket.
            said: responses that are known, by query, both without the identifier.
            answer: makes the others.
            now_s: is handed on to it.
            turn: is told what came of it.
        """
        flags = socket.MSG_DONTWAIT
        count: int = _recvmmsg(descriptor, self._messages_at, SLOTS, flags, None)
        if count <= 0:
            return 0
        wanted = turn.samples > len(turn.sampled)
        asked = self._slots[0][: self._lengths[0]].tobytes() if wanted else b""
        source = self._peers[self._addresses[0].tobytes()] if wanted else ""
        responses = self._respond(count, said, answer, now_s, turn.repeated)
        if wanted:
            turn.sampled.append((source, asked, self._response_to(asked, responses)))
        turn.unsent += self._send(descriptor, responses)
        # The kernel has written lengths over the room that there is.
        self._vectors[:] = self._new_vectors
        self._messages[:] = self._new_messages
        return count

    def _response_to(self, asked: bytes, responses: int) -> bytes:
        """Return the first response, if it is one to this query."""
        first = self._slots[0][: self._sizes[0]].tobytes() if responses else b""
        is_its = first[:IDENTIFIER_OCTETS] == asked[:IDENTIFIER_OCTETS]
        return first if is_its else b""

    def _respond(
        self,
        count: int,
        said: Mapping[bytes, Said],
        answer: Answer,
        now_s: int,
        repeated: list[str],
    ) -> int:
        """Put the responses into the first slots, and return how many there are."""
        peers, sizes, slots, find = self._peers, self._sizes, self._slots, said.get
        received = zip(self._lengths[:count], slots, self._addresses, strict=False)
        missing = 0
        for number, (length, slot, address) in enumerate(received):
            peer = peers[address.tobytes()]
            known = find(slot[IDENTIFIER_OCTETS:length].tobytes())
            if known is not None and not missing:
                wire, size, tally = known
                # The identifier stands where it must; all else is written over.
                slot[IDENTIFIER_OCTETS:size] = wire
                sizes[number] = size
                tally.count += 1
                repeated.append(peer)
                continue
            response = answer(slot[:length].tobytes(), peer, now_s)
            if response is None:
                missing += 1
                continue
            place = number - missing
            if missing:  # some before it had no response
                slot = slots[place]
                self._names[place][:] = self._names[number]
            size = sizes[place] = len(response)
            slot[:size] = response
        return count - missing

    def _send(self, descriptor: int, count: int) -> int:
        position = unsent = 0
        while position < count:
            at = self._messages_at + position * MESSAGE.size
            sent = _sendmmsg(descriptor, at, count - position, socket.MSG_DONTWAIT)
            if sent > 0:
                position += sent
            else:  # no route, a port 0, a full queue: all the first one's loss
                position += 1
                unsent += 1
        return unsent


def _cut(buffer: bytearray, parts: int) -> list[memoryview]:
    size = len(buffer) // parts
    return [memoryview(buffer)[size * i : size * (i + 1)] for i in range(parts)]


def _address(buffer: bytearray) -> int:
    return ctypes.addressof((c_char * len(buffer)).from_buffer(buffer))


def _descriptions(octets: int, names: int) -> tuple[bytearray, bytearray]:
    """Return the vectors and messages that describe the memory at these addresses."""
    vectors, messages = bytearray(SLOTS * VECTOR.size), bytearray(SLOTS * MESSAGE.size)
    vectors_at = _address(vectors)
    for slot in range(SLOTS):
        base, vector = octets + slot * SLOT_OCTETS, slot * VECTOR.size
        VECTOR.pack_into(vectors, vector, base, SLOT_OCTETS)
        fields = (names + slot * NAME_OCTETS, NAME_OCTETS, vectors_at + vector, 1, 0)
        MESSAGE.pack_into(messages, slot * MESSAGE.size, *fields)
    return vectors, messages


def _text(address: bytes) -> str:
    if len(address) == 4:
        return socket.inet_ntop(socket.AF_INET, address)
    text = socket.inet_ntop(socket.AF_INET6, address[:16])
    scope = int.from_bytes(address[16:], sys.byteorder)
    return f"{text}%{scope}" if scope else text
