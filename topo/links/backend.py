"""What every realisation of wide-area links can do, and what it counts."""

from dataclasses import dataclass
from subprocess import Popen
from typing import Protocol

from ..world.records import WanLink


@dataclass(frozen=True, slots=True)
class DirectionCounters:
    """What became of the packets of one direction since the link was made.

    Args:
        packets: delivered packets.
        bytes: their Ethernet frames' bytes.
        drops_loss: dropped by the link's loss, as asked for.
        drops_queue: dropped by its full queue, as asked for.
        drops_slots: dropped as the emulator's memory was full: it told no truth.
        drops_kernel: dropped before the emulator saw them, as it was too slow.
        drops_down: had nowhere to go, the far end being down.
        drops_oversize: did not fit the link's MTU.
        lateness_p50_us: how late packets left, negative for early; None if unknown.
        lateness_p99_us: as p50.
        lateness_max_us: as p50.
        lateness_min_us: as p50; how early the earliest packet left, at most 0.
    """

    packets: int
    bytes: int
    drops_loss: int = 0
    drops_queue: int = 0
    drops_slots: int = 0
    drops_kernel: int = 0
    drops_down: int = 0
    drops_oversize: int = 0
    lateness_p50_us: float | None = None
    lateness_p99_us: float | None = None
    lateness_max_us: float | None = None
    lateness_min_us: float | None = None

    @property
    def drops_emulator(self) -> int:
        """Packets that the link should have carried, and the emulator did not."""
        return self.drops_slots + self.drops_kernel


class WanBackend(Protocol):
    """Makes links between two new interfaces of this network namespace.

    `a_port` and `b_port` name a link's interfaces; a direction is "a_port>b_port".
    `process` is the program that carries the packets, None where the kernel does.
    """

    @property
    def name(self) -> str:
        """Which realisation it is."""

    @property
    def process(self) -> "Popen[bytes] | None":
        """The program whose end is the links' end."""

    def create(self, a_port: str, b_port: str, link: WanLink) -> None:
        """Make both interfaces, up, and whatever joins them."""

    def change(self, a_port: str, b_port: str, link: WanLink) -> None:
        """Give a link new shapes while it carries packets."""

    def remove(self, a_port: str, b_port: str) -> None:
        """Take the link and its interfaces away."""

    def counters(self) -> dict[str, DirectionCounters]:
        """Return the counters of each direction of each link."""
