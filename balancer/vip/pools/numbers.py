"""Numbers that stay: who keeps a name keeps the number by which the kernel knows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

Key = tuple[str, ...]


class Numbers(Mapping[Key, int]):
    """Numbers by name, from 0 up.

    A number that has become free is taken last of all, and the oldest first: flows of
    who had it may still be remembered.

    Args:
        limit: how many numbers there are.
        taken: names that have theirs already.
        free: numbers that somebody had, the oldest first.
    """

    def __init__(
        self,
        limit: int,
        taken: Iterable[tuple[Key, int]] = (),
        free: Sequence[int] = (),
    ) -> None:
        self._limit = limit
        self._numbers = dict(taken)
        self._free = list(free)
        self._next = max((*self._numbers.values(), *free), default=-1) + 1

    def __getitem__(self, key: Key) -> int:
        return self._numbers[key]

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._numbers)

    def copy(self) -> "Numbers":
        """Return numbers of which one can be assigned without the other."""
        return Numbers(self._limit, self._numbers.items(), self._free)

    @property
    def free(self) -> tuple[int, ...]:
        """The numbers that somebody had, the oldest first."""
        return tuple(self._free)

    def assign(self, keys: Sequence[Key]) -> tuple[int, ...]:
        """Make `keys` those with a number; return numbers that have changed hands.

        Raises:
            ValueError: there are more keys than numbers.
        """
        if len(keys) > self._limit:
            raise ValueError(f"{len(keys)} names, and numbers for {self._limit}")
        wanted = frozenset(keys)
        for key in [key for key in self._numbers if key not in wanted]:
            self._free.append(self._numbers.pop(key))
        first_new = self._next
        given = [self._give(key) for key in keys if key not in self._numbers]
        return tuple(number for number in given if number < first_new)

    def _give(self, key: Key) -> int:
        """Give `key` a number and return it."""
        if self._next < self._limit:
            number, self._next = self._next, self._next + 1
        else:
            number = self._free.pop(0)
        self._numbers[key] = number
        return number
