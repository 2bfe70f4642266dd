"""What was made once, and is kept for when it is asked for again."""

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

MAX_KEPT = 4096


class Kept(dict[Key, Value]):
    """A dictionary that forgets all at once when it is full.

    Args:
        most: how many there may be.
    """

    __slots__ = ("_most",)

    def __init__(self, most: int = MAX_KEPT) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: Key, value: Value) -> Value:
        """Keep a value, and return it."""
        if len(self) >= self._most:
            self.clear()
        self[key] = value
        return value
