"""The XDP program and its maps: tables in, counters out."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...kernel.counters import read_counters
from ...kernel.maps import Map
from ...kernel.objects import BpfObject, loaded
from ...model import Address
from ..telemetry.tallies import Tallies
from .kinds import Kinds
from .layouts import (
    COUNTER,
    GENERATIONS,
    INDEX,
    QUESTION,
    TALLY_KEY,
    answer_bytes,
    host_bytes,
    host_text,
    options_bytes,
    question_key_bytes,
    region_bytes,
    region_key_bytes,
)
from .reasons import Reason
from .table import Answer, Question, Regions

BPF = Path(__file__).parents[1] / "bpf"
MAX_ANSWERS = 1 << 14  # of one table; there is room for two
STATE = INDEX.pack(0)


class Datapath:
    """The loaded program; `write` makes the kernel's table what is wanted.

    The next table is written beside the one in force, with its own generation and into
    the other half of the answers; then one word makes it the one in force.
    """

    def __init__(self, loaded_object: BpfObject) -> None:
        self._maps = loaded_object.maps
        self.programs = loaded_object.programs
        self._generation = 0
        self._questions: tuple[Question, ...] = ()
        self._policies: dict[Regions, int] = {}
        self._last_policy = 0
        self._kinds = Kinds()

    def listen(self, addresses: Iterable[Address]) -> None:
        """Answer queries to these addresses."""
        for address in addresses:
            self._maps["listeners"].update(host_bytes(address), INDEX.pack(1))

    def write(self, questions: tuple[Question, ...]) -> None:
        """Answer these questions from now on, and no others."""
        before, generation = self._generation, (self._generation + 1) % GENERATIONS
        wanted = {each.regions for each in questions if each.regions is not None}
        for regions in wanted - self._policies.keys():
            self._write_policy(regions)
        self._write_questions(questions, generation)
        self._maps["state"].update(STATE, INDEX.pack(generation))
        for question in self._questions:
            self._maps["questions"].delete(question_key_bytes(question, before))
        for regions in self._policies.keys() - wanted:
            self._delete_policy(regions)
        self._generation, self._questions = generation, questions

    def counters(self) -> dict[str, int]:
        """Return the frames counted for each reason, over all CPUs."""
        return read_counters(self._maps["counters"], Reason)

    def sources(self) -> dict[str, int]:
        """Return the queries answered by sender, as far as there is room for them."""
        items = self._maps["sources"].items()
        return {host_text(host): COUNTER.unpack(count)[0] for host, count in items}

    def tallies(self) -> Tallies:
        """Return the answers by what they were about, as far as there is room."""
        tallies = Tallies()
        for key, count in self._maps["tallies"].items():
            number, scope = TALLY_KEY.unpack(key)
            self._kinds.count(tallies, number, scope, *COUNTER.unpack(count))
        return tallies

    def _write_questions(
        self, questions: tuple[Question, ...], generation: int
    ) -> None:
        firsts = self._write_answers(questions, MAX_ANSWERS * (generation % 2))
        keys = [question_key_bytes(each, generation) for each in questions]
        values = [
            QUESTION.pack(
                firsts[each.answers],
                0 if each.regions is None else self._policies[each.regions],
                each.by_resolver,
                each.is_signed,
            )
            for each in questions
        ]
        _update(self._maps["questions"], keys, values)

    def _write_answers(
        self, questions: tuple[Question, ...], start: int
    ) -> dict[tuple[Answer, ...], int]:
        """Write each set of answers once, and return where it starts."""
        firsts: dict[tuple[Answer, ...], int] = {}
        values: list[bytes] = []
        for question in questions:
            if question.answers not in firsts:
                firsts[question.answers] = start + len(values)
                values += map(self._answer_bytes, question.answers)
        keys = [INDEX.pack(start + number) for number in range(len(values))]
        _update(self._maps["answers"], keys, values)
        return firsts

    def _answer_bytes(self, answer: Answer) -> bytes:
        return answer_bytes(answer, self._kinds.number(answer.about))

    def _write_policy(self, regions: Regions) -> None:
        self._last_policy += 1
        number = self._policies[regions] = self._last_policy
        for version, family in zip((4, 6), regions, strict=True):
            keys = [region_key_bytes(version, number, region) for region in family]
            values = [region_bytes(region) for region in family]
            _update(self._maps[f"regions{version}"], keys, values)

    def _delete_policy(self, regions: Regions) -> None:
        number = self._policies.pop(regions)
        for version, family in zip((4, 6), regions, strict=True):
            for region in family:
                key = region_key_bytes(version, number, region)
                self._maps[f"regions{version}"].delete(key)


@contextmanager
def open_datapath(mac: bytes, port: int, name: str = "dns") -> Iterator[Datapath]:
    """Load the program with an empty table, on no interface yet.

    Args:
        mac: of the interface that it will be on.
        port: that queries are sent to.
        name: the object, "dns" or "bench".

    Raises:
        Unsupported: libbpf is missing, or the kernel refuses the program.
    """
    sizes = {"answers": 2 * MAX_ANSWERS}
    rodata = options_bytes(mac, port)
    with loaded(BPF / f"{name}.bpf.o", rodata, sizes) as loaded_object:
        yield Datapath(loaded_object)


def _update(map_: Map, keys: list[bytes], values: list[bytes]) -> None:
    if keys:
        map_.update_batch(b"".join(keys), b"".join(values))
