"""SYNs of every length, and what became of them."""

from collections.abc import Iterator

import pytest
from fakes.forwardings import (
    CLIENT4,
    CLIENT6,
    VIP4,
    VIP6,
    forwarded,
    frame,
    tcp,
    too_big,
)

from balancer.model import Address
from balancer.wire import ethernet
from balancer.wire.l4 import TcpFlag
from experiments.kit.forwarding.expected import OVERHEAD
from experiments.kit.forwarding.likeness import has_right_sum, tcp_of
from experiments.kit.forwarding.probe import SIZES, Ends, Passed, judged, probes
from experiments.kit.packets.frame import Frame
from experiments.kit.packets.peeled import Packet, packets

MTU = 1500
ENDS = [pytest.param(CLIENT4, VIP4, id="IPv4"), pytest.param(CLIENT6, VIP6, id="IPv6")]


def sent(client: Address, vip: Address) -> list[bytes]:
    macs = "02:00:01:10:00:10", "02:00:01:00:00:01"
    return list(probes(Ends(client, vip, 80, *macs)))


@pytest.mark.parametrize(("client", "vip"), ENDS)
def test_each_size_is_a_whole_syn(client: Address, vip: Address) -> None:
    frames = [Frame(0, "c", False, it, len(it)) for it in sent(client, vip)]
    found = list(packets(frames))
    assert [it.length for it in found] == list(SIZES)
    assert {tcp_of(it).flags for it in found} == {TcpFlag.SYN}
    assert all(has_right_sum(it) for it in found)
    assert len({tcp_of(it).source_port for it in found}) == len(SIZES)
    assert frames[0].data[:6] == bytes.fromhex("020001000001")


def through(mode: str, client: Address, vip: Address) -> Iterator[tuple[str, bytes]]:
    """Yield what a balancer makes of the probes, and to whom it goes."""
    room = MTU - OVERHEAD[mode]
    for probe in sent(client, vip):
        octets = probe[ethernet.SIZE :]
        if len(octets) <= room:
            yield "backend", forwarded(mode, octets)
        else:
            yield "client", too_big(vip, client, room, octets[:64])


def seen(whom: str, made: list[tuple[str, bytes]]) -> list[Packet]:
    frames = (frame(it, to_host=whom == "client") for to, it in made if to == whom)
    return list(packets(frames))


@pytest.mark.parametrize(("client", "vip"), ENDS)
@pytest.mark.parametrize("mode", OVERHEAD)
def test_what_does_not_fit_is_told(mode: str, client: Address, vip: Address) -> None:
    made = list(through(mode, client, vip))
    room, refused = MTU - OVERHEAD[mode], OVERHEAD[mode]
    told = (room, room) if refused else (0, 0)
    found = judged(seen("backend", made), seen("client", made), vip)
    assert found == Passed(room, refused, told, lost=0)


def test_what_vanishes_is_lost() -> None:
    made = list(through("gre", CLIENT4, VIP4))
    assert judged(seen("backend", made), [], VIP4).lost == OVERHEAD["gre"]


def test_other_packets_are_no_probes() -> None:
    data = tcp(CLIENT4, VIP4, payload=bytes(1400))
    assert judged(packets([frame(data, to_host=False)]), [], VIP4).largest == 0
    other = packets([frame(too_big(CLIENT4, VIP4, 1400, bytes(64)))])
    assert judged([], other, VIP4).refused == 0
