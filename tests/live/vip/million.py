"""A million frames through reference and XDP program: run by hand, as it takes minutes.

    PYTHONPATH=.:tests .venv/bin/python tests/live/vip/million.py [COUNT [SEED]]

Frames are made at random, or are the vectors', half of them with octets changed; tables
and flows change every thousand. It ends at the first difference, and tells the seed.
"""

import sys
import time
from collections import Counter
from dataclasses import replace
from ipaddress import IPv6Address
from random import Random

from live.vip.pair import LIMITS, Pair, now_s, open_pair
from vip_frames import FrameMaker
from vip_vectors import Balancing, Packet, flow_in, read_balancer

from balancer.errors import WireError
from balancer.model import FiveTuple
from balancer.vip.nat.connection import Seen
from balancer.vip.nat.table import Translation, Translations

IN_A_ROW = 1000
# So few ports that some flows get none.
CROWDED = replace(LIMITS, nat=replace(LIMITS.nat, ports=4))
# By version: a client, a backend, our address towards it, and a VIP of "nat".
ENDS = {
    4: (0x0B01100A, 0x0B01010A, 0x0B01080A, 0x17000158),
    6: tuple(
        int(IPv6Address(text))
        for text in ("2a11::1", "2a11:0:1:100::10", "2a11:0:1:800::10", "2a23:0:1::88")
    ),
}
DEATHS = [(), (), ("be1",), ("be2",), ("be3",), ("be1", "be3")]


def addresses(balancing: Balancing) -> list[tuple[int, int]]:
    """Return destinations: the VIPs, and one address of each family that is none."""
    vips = [(vip.address.version, int(vip.address)) for vip in balancing.vips]
    return [*vips, (4, 0x08080808), (6, 0x2A11 << 112)]


def flood(pair: Pair, count: int, seed: int) -> Counter[str]:
    """Run `count` frames in rows; return how many had which reason."""
    balancing, packets = read_balancer()
    random, reasons = Random(seed), Counter[str]()
    maker = FrameMaker(random, balancing.options.mac, addresses(balancing))
    for done in range(0, count, IN_A_ROW):
        downs = [random.choice(DEATHS) for _ in range(random.randrange(3))]
        flows, translated = some_flows(packets, random), some_translated(random)
        pair.start(balancing.tables(*downs), flows, translated)
        for _ in range(min(IN_A_ROW, count - done)):
            answers = list(pair.state.translations)
            choice = random.randrange(5)
            if choice == 0 and answers:
                answer = random.choice(answers)
                ways = (answer, pair.state.translations[answer].flow)
                frame = maker.of_flow(random.choice(ways))
                frame = maker.mutated(frame) if not random.randrange(4) else frame
            elif choice == 1:
                frame = random.choice(packets).frame
                frame = maker.mutated(frame) if random.randrange(2) else frame
            else:
                frame = maker.frame()
            reasons[pair.run(frame).reason.name] += 1
        pair.compare()
    return reasons


def some_flows(
    packets: list[Packet], random: Random
) -> dict[FiveTuple, tuple[int, float]]:
    """Return flows of some packets, with any backend, used just now or long ago."""
    flows = {}
    for packet in random.sample(packets, 128):
        try:
            flow = flow_in(packet.frame)
        except WireError:
            continue
        flows[flow] = random.randrange(4), now_s() - random.choice([0, 3600])
    return flows


def some_translated(random: Random) -> dict[FiveTuple, Translation]:
    """Return flows that have ports, silent just now or for long."""
    table = Translations(CROWDED.nat)
    for port in random.sample(range(64), random.randrange(40)):
        version = random.choice([4, 6])
        protocol, service = random.choice([(6, 80), (17, 53)])
        client, there, ours, vip = ENDS[version]
        flow = FiveTuple(version, client, vip, protocol, port, service)
        used_s = now_s() - random.choice([0, 100, 3600, 36000])
        seen = Seen(random.randrange(32))
        table.take(Translation(flow, random.randrange(3), 0, used_s, seen), there, ours)
    return dict(table)


def main() -> None:
    """Run as many frames as the command line says."""
    given = [int(word) for word in sys.argv[1:]]
    count, seed = given + [1_000_000, 1][len(given) :]
    started_s = time.monotonic()
    with open_pair(read_balancer()[0], CROWDED) as pair:
        reasons = flood(pair, count, seed)
    taken_s = time.monotonic() - started_s
    print(f"{count} frames, seed {seed}, {taken_s:.0f} s: no difference")  # noqa: T201
    for name, number in reasons.most_common():
        print(f"{name:14} {number}")  # noqa: T201


if __name__ == "__main__":
    main()
