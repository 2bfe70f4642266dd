"""Links through the kernel's netem: one pair of interfaces, a qdisc on each."""

import json
import math
from typing import Any

from ..netlink import End, Netlink, delete
from ..relay.schedule import ETHERNET_OVERHEAD_BYTES
from ..relay.sizes import UNLIMITED_PPS
from ..run import run
from ..world.records import Shape, WanLink
from .backend import DirectionCounters
from .devices import join

FRAME_HEADER_BYTES = 14
FEWEST_PACKETS = 1000
# netem keeps packets in order only when it has a rate to serialise them at.
ORDER_ONLY_RATE = "100gbit"


def netem_words(shape: Shape, mtu: int) -> list[str]:
    """Return the arguments of a netem qdisc that does what `shape` says.

    netem draws jitter around the delay, we add it on top; it bounds delayed and
    queued packets together and in number, so that the queue is exact for packets of
    `mtu` bytes, and shorter in time for small ones.
    """
    half_jitter_ms = shape.jitter_ms / 2
    words = ["netem", "limit", str(held_packets(shape, mtu))]
    words += ["delay", f"{shape.delay_ms + half_jitter_ms:.3f}ms"]
    if shape.jitter_ms:
        words.append(f"{half_jitter_ms:.3f}ms")
    if shape.loss:
        words += ["loss", f"{shape.loss * 100:.6f}%"]
    if shape.rate_mbit is not None:
        rate_bit = round(shape.rate_mbit * 1_000_000)
        words += ["rate", f"{rate_bit}bit", str(ETHERNET_OVERHEAD_BYTES)]
    elif shape.jitter_ms:
        words += ["rate", ORDER_ONLY_RATE]
    return words


def held_packets(shape: Shape, mtu: int) -> int:
    """Return how many packets are delayed or queued at most."""
    held_ms = shape.delay_ms + shape.jitter_ms
    if shape.rate_mbit is None:
        return max(math.ceil(UNLIMITED_PPS * held_ms / 1000), FEWEST_PACKETS)
    wire_bits = 8 * (mtu + FRAME_HEADER_BYTES + ETHERNET_OVERHEAD_BYTES)
    held_ms += shape.queue_ms
    return max(math.ceil(shape.rate_mbit * 1000 * held_ms / wire_bits), 1)


class NetemBackend:
    """Links whose interfaces are the two ends of one pair."""

    name = "netem"
    process = None

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink
        self._links: dict[tuple[str, str], WanLink] = {}

    def create(self, a_port: str, b_port: str, link: WanLink) -> None:
        """Make both interfaces, each with its direction's qdisc."""
        join(self._netlink, End(a_port), End(b_port), link.mtu)
        for port in (a_port, b_port):
            # A super-packet would be one loss draw and one burst of milliseconds.
            self._netlink.tx_checksum_off(port)
        self._shape("add", a_port, b_port, link)

    def change(self, a_port: str, b_port: str, link: WanLink) -> None:
        """Give a link new shapes; packets under way keep their time."""
        self._shape("change", a_port, b_port, link)

    def remove(self, a_port: str, b_port: str) -> None:
        """Take a link and its interfaces away."""
        del self._links[a_port, b_port]
        self._netlink.send([delete(a_port)])

    def counters(self) -> dict[str, DirectionCounters]:
        """Return the counters of each direction, "a_port>b_port"."""
        listing = json.loads(run(["tc", "-s", "-j", "qdisc", "show"]))
        by_port = {entry["dev"]: entry for entry in listing if entry["kind"] == "netem"}
        counters = {}
        for (a_port, b_port), link in self._links.items():
            forward = read_qdisc(by_port[a_port], link.forward)
            backward = read_qdisc(by_port[b_port], link.backward)
            counters[f"{a_port}>{b_port}"] = forward
            counters[f"{b_port}>{a_port}"] = backward
        return counters

    def _shape(self, verb: str, a_port: str, b_port: str, link: WanLink) -> None:
        for port, shape in ((a_port, link.forward), (b_port, link.backward)):
            words = ["tc", "qdisc", verb, "dev", port, "root", "handle", "1:"]
            run(words + netem_words(shape, link.mtu))
        self._links[a_port, b_port] = link


def read_qdisc(entry: dict[str, Any], shape: Shape) -> DirectionCounters:
    """Return what `tc -s -j qdisc show` says of a netem qdisc.

    netem counts its losses and its full queue as one: with a rate they are told as
    queue drops, without as losses.
    """
    drops = int(entry["drops"])
    queue = drops if shape.rate_mbit is not None else 0
    return DirectionCounters(
        packets=int(entry["packets"]),
        bytes=int(entry["bytes"]),
        drops_loss=drops - queue,
        drops_queue=queue,
    )
