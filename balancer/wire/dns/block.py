"""Record sets that many responses carry together, written once for each place."""

from collections.abc import Callable, Iterable, Iterator

from .names import WILDCARD
from .records import Records, RecordSet, StoredRun
from .writer import Known, Writer, vocabulary

NO_HEADER, NO_QUESTION = bytes(12), bytes(4)  # in the place of what comes there
MAX_PLACES = 16  # beyond, all ways in which a block was written are forgotten

Remake = Callable[[RecordSet], Iterable[Records]]


class Block:
    """Records in a row, and their octets at the places where they stood before.

    The octets depend on nothing but where the row starts, and where its names stand in
    the message already. So they are what writing set by set would give.

    Args:
        records: what is in it; of blocks, what is in them.
        places: how many ways of writing it are remembered.

    `sets` has those of the records that are sets.
    """

    __slots__ = (
        "_behind",
        "_below",
        "_names",
        "_places",
        "_remade",
        "_top",
        "_written",
        "least_octets",
        "records",
        "sets",
        "size",
    )

    def __init__(self, records: Iterable[Records], places: int = MAX_PLACES) -> None:
        self.records = tuple(_each(records))
        self.sets = tuple(each for each in self.records if isinstance(each, RecordSet))
        self.size = sum(each.size for each in self.records)
        self.least_octets = sum(each.least_octets for each in self.records)
        self._places = places
        self._names = vocabulary(each.write for each in self.records)
        self._top = self.sets[0].owner if self.sets else b""
        self._below = tuple(
            each for each in self._names if not self._top.endswith(each)
        )
        self._behind: dict[int, bytes] = {}
        self._written: dict[tuple[int | None, ...], Known] = {}
        self._remade: tuple[int, Block] | None = None

    def write(self, writer: Writer) -> None:
        """Append all of it."""
        place = writer.place(self._names)
        known = self._written.get(place)
        if known is not None:
            writer.put_known(known)
            return
        if len(self._written) >= self._places:
            self._written.clear()
        self._written[place] = writer.known(self._write_each)

    def behind(self, name: bytes) -> bytes:
        """Return the octets of all of it right behind a question.

        Most names have but the owner in common with it, and then their length alone
        decides: these are remembered by it.

        Args:
            name: of the question, in lower case: the owner of the first set, or below;
                if that is a wildcard, what it stands for, whose the records are then.
        """
        octets = self._behind.get(len(name))
        if octets is None or name.endswith(self._below):
            octets = self._write_behind(name)
            if not name.endswith(self._below):
                self._behind[len(name)] = octets
        return octets

    def _write_behind(self, name: bytes) -> bytes:
        writer = Writer(NO_HEADER)
        writer.put_question_name(name)
        writer.put(NO_QUESTION)
        start = len(writer.octets)
        if self._top.startswith(WILDCARD):
            for each in self.records:
                _under(name, each, self._top).write(writer)
        else:
            self.write(writer)
        return bytes(writer.octets[start:])

    def remade(self, at_s: int, remake: Remake) -> "Block":
        """Return the block with what `remake` makes of each set, made once for `at_s`.

        Args:
            at_s: from when on it is given out; another one is made for another time.
            remake: gives the sets that stand in the place of one.
        """
        if self._remade is None or self._remade[0] != at_s:
            made = (new for each in self.sets for new in remake(each))
            self._remade = at_s, Block(made, self._places)
        return self._remade[1]

    def _write_each(self, writer: Writer) -> None:
        for each in self.records:
            each.write(writer)


def _each(records: Iterable[Records]) -> Iterator[Records]:
    for each in records:
        if isinstance(each, Block):
            yield from each.records
        else:
            yield each


def _under(name: bytes, records: Records, wildcard: bytes) -> Records:
    """Return records under the name that their owner, a wildcard, stands for."""
    if isinstance(records, RecordSet) and records.owner == wildcard:
        return records._replace(owner=name)
    if isinstance(records, StoredRun) and records.owner == wildcard:
        return StoredRun(name, records.octets, records.size)
    return records
