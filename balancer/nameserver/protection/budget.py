"""How many signatures are made for single queries in a second; pure.

Made-up names are denied one by one, each with a signature of its own, which costs as
much as everything else about the answer. So they are rationed: who asks by UDP for more
is sent to TCP, where an address cannot be forged.
"""


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
