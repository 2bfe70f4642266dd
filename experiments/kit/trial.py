"""One measurement of one experiment: its seed, and the captures it leaves behind."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from topo.world.plan import Host

from .packets.capture import Capture, Port, capturing


@dataclass(slots=True)
class Trial:
    """What `measure` gets beside the lab.

    Args:
        seed: of the run.
        repeat: 0 for the first time that the experiment is measured.
        captures: what was captured, by name; the runner stores them.
    """

    seed: int
    repeat: int = 0
    captures: dict[str, Capture] = field(default_factory=dict)

    def random(self, purpose: str) -> random.Random:
        """Return a source of randomness that only the seed and `purpose` decide."""
        return random.Random(f"{self.seed}/{self.repeat}/{purpose}")

    @contextmanager
    def capture(self, name: str, hosts: Iterable[Host]) -> Iterator[Capture]:
        """Watch the ports of `hosts`, at the network's end, until exit."""
        with capturing(Port(host.name, host.port) for host in hosts) as capture:
            self.captures[name] = capture
            yield capture

    @property
    def frames_lost(self) -> int:
        """How many frames the captures missed."""
        return sum(capture.lost for capture in self.captures.values())
