"""What the flow table costs in memory, and which flows live through a flood.

1000 flows are established and then idle; then 400,000 packets of ever new sources come.
Each is run through the XDP program by BPF_PROG_TEST_RUN, so a flood lasts some seconds.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from balancer.kernel.testrun import XDP_REDIRECT, test_run
from balancer.model import Tracking
from balancer.vip.tables.options import Limits
from balancer.vip.xdp.datapath import Datapath, open_datapath
from balancer.vip.xdp.layouts import flow_bytes
from balancer.wire.l4 import TcpFlag

from ..figure import Figure
from . import balanced

MILLION, MILLION_TARGET_MB = 1_000_000, 128.0
ESTABLISHED, FLOOD = 1000, 400_000
ROOM = 65536
UNGUARDED = 1e9  # new flows in a second
SOURCE_AT = 26  # in the frame
KEY_OCTETS = 40
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Attack:
    """A flood, what it meets, and how many established flows must live through it."""

    name: str
    tracking: Tracking
    flags: TcpFlag
    limits: Limits
    target: int | None


GUARDED = Limits(ROOM)
ATTACKS = (
    Attack("SYN flood", Tracking.ESTABLISHED, TcpFlag.SYN, GUARDED, ESTABLISHED),
    Attack("ACK flood", Tracking.ESTABLISHED, TcpFlag.ACK, GUARDED, None),
    Attack(
        "ACK flood, new flows not limited",
        Tracking.ESTABLISHED,
        TcpFlag.ACK,
        replace(GUARDED, new_flows_per_s=UNGUARDED),
        None,
    ),
)


def run() -> list[Figure]:
    """Fill a table, then flood three; takes about 10 s, and needs root."""
    return [_memory(), *(_survivors(attack) for attack in ATTACKS)]


def _memory() -> Figure:
    limits = Limits(MILLION)
    with open_datapath(balanced.tables(limits)) as datapath:
        flows = datapath.maps["flows"]
        numbers = range(MILLION)
        keys = b"".join(number.to_bytes(KEY_OCTETS, "little") for number in numbers)
        flows.update_batch(keys, flow_bytes(0, 0.0) * MILLION)
        if datapath.flow_count() < 0.99 * MILLION:
            raise AssertionError(f"{datapath.flow_count()} flows of {MILLION}")
        taken_mb = _taken(flows.fd) / _MB
    met = taken_mb <= MILLION_TARGET_MB
    return Figure("memory of 1,000,000 flows", taken_mb, "MB", MILLION_TARGET_MB, met)


def _taken(descriptor: int) -> int:
    """Return the octets that a map has in the kernel."""
    for line in Path(f"/proc/self/fdinfo/{descriptor}").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "memlock":
            return int(value)
    raise AssertionError("no memlock in fdinfo")


def _survivors(attack: Attack) -> Figure:
    random = Random(1)
    with open_datapath(balanced.tables(attack.limits)) as datapath:
        _send(datapath, attack.tracking, TcpFlag.ACK, ESTABLISHED, random)
        known = datapath.flows().keys()
        _send(datapath, attack.tracking, attack.flags, FLOOD, random)
        left = len(known & datapath.flows().keys())
    met = None if attack.target is None else left >= attack.target
    name = f"of 1000 idle flows, left after 400,000 of a {attack.name}"
    return Figure(name, left, "flows", attack.target, met)


def _send(
    datapath: Datapath, tracking: Tracking, flags: TcpFlag, count: int, random: Random
) -> None:
    """Send from random sources."""
    program = datapath.programs["vip"]
    frame = balanced.segment(tracking, flags=flags)
    before, after = frame[:SOURCE_AT], frame[SOURCE_AT + 4 :]
    for _ in range(count):
        # From 11/8: not every address is a host's.
        source = b"\x0b" + random.randbytes(3)
        verdict = test_run(program, before + source + after).verdict
        if verdict != XDP_REDIRECT:
            raise AssertionError(f"the program's verdict is {verdict}")
