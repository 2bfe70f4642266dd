"""DNS messages in a TCP stream (RFC 7766): cuts what came in, frames what goes out."""

from ...errors import WireError

LENGTH_OCTETS = 2
# RFC 1035 allows 65535; no query that we answer is nearly as long, and every octet
# of a longer one would be held for whoever sends it slowly.
MAX_QUERY_OCTETS = 4096


class StreamCutter:
    """Collects the octets of one connection and gives out whole messages."""

    __slots__ = ("_octets",)

    def __init__(self) -> None:
        self._octets = bytearray()

    def receive(self, data: bytes) -> list[bytes]:
        """Add what came in and return the messages that are whole now.

        Raises:
            WireError: a message says that it is longer than any query we answer.
        """
        self._octets += data
        messages = []
        start = 0
        while len(self._octets) - start >= LENGTH_OCTETS:
            length = int.from_bytes(self._octets[start : start + LENGTH_OCTETS], "big")
            if length > MAX_QUERY_OCTETS:
                raise WireError(f"a query of {length} octets by TCP")
            end = start + LENGTH_OCTETS + length
            if end > len(self._octets):
                break
            messages.append(bytes(self._octets[start + LENGTH_OCTETS : end]))
            start = end
        del self._octets[:start]
        return messages


def frame(message: bytes) -> bytes:
    """Return a message with its length before it."""
    return len(message).to_bytes(LENGTH_OCTETS, "big") + message
