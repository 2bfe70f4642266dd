"""Random frames for the data plane: nearly right ones, mutated ones, and garbage."""

from dataclasses import dataclass
from random import Random

from balancer.model import FiveTuple
from balancer.wire.ethernet import Ethernet, EtherType
from balancer.wire.extensions import Extension
from balancer.wire.icmp import Icmp
from balancer.wire.ipv4 import DONT_FRAGMENT, Ipv4
from balancer.wire.ipv6 import Ipv6
from balancer.wire.l4 import Tcp, Udp

MINIMUM = 14  # BPF_PROG_TEST_RUN takes no shorter frame
# Few, so that flows come again; the last of each family are no single host's.
SOURCES = {
    4: [0x0B01100A, 0x0B01100B, 0x0B01100C, 0x0B01100D, 0x7F000001, 0xE0000001],
    6: [0x2A11 << 112 | n for n in range(1, 5)] + [1, 0xFE80 << 112 | 1],
}
ICMP = {4: 1, 6: 58}
# Types of ICMP: errors, pings, and others.
ICMP_KINDS = {4: [3, 11, 12, 8, 8, 0, 5], 6: [1, 2, 3, 4, 128, 129, 135]}
IPV4_FRAGMENTS = [DONT_FRAGMENT] * 4 + [0, 0, 0x2000, 0x0001]

Address = tuple[int, int]  # version, and its integer


@dataclass(frozen=True, slots=True)
class FrameMaker:
    """Makes frames to `mac` for the destinations; equal seeds give equal frames."""

    random: Random
    mac: bytes
    addresses: list[Address]

    def frame(self) -> bytes:
        kind = self.random.randrange(8)
        if kind == 0:
            return self._garbage()
        return self._whole() if kind < 5 else self.mutated(self._whole())

    def of_flow(self, flow: FiveTuple) -> bytes:
        """Return a packet of a flow, or an ICMP error about one that it answers."""
        ports = (flow.source_port, flow.destination_port)
        ends, protocol = (flow.source, flow.destination), flow.protocol
        if not self.random.randrange(3):
            l4 = self._ports(protocol, ports[::-1]) + bytes(self.random.choice([0, 8]))
            quote = self._packet(flow.version, ends[::-1], protocol, l4)
            words = self.random.randrange(1 << 16), self.random.randrange(1 << 16)
            kind = self.random.choice(ICMP_KINDS[flow.version])
            size = self.random.choice([len(quote), len(quote), 28, 48, 60])
            l4 = Icmp(kind, 0, *words).to_wire() + quote[:size]
            protocol = ICMP[flow.version]
        else:
            l4 = self._ports(protocol, ports) + bytes(self._length())
        return self._frame(self._packet(flow.version, ends, protocol, l4))

    def mutated(self, frame: bytes) -> bytes:
        """Return a frame with some octets changed, and sometimes its end cut off."""
        changed = bytearray(frame)
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randrange(min(len(changed), 120))
            bit = 1 << self.random.randrange(8)
            changed[place] = self.random.choice(
                [0, 0xFF, self.random.randrange(256), changed[place] ^ bit]
            )
        if self.random.randrange(4):
            return bytes(changed)
        return bytes(changed[: self.random.randint(MINIMUM, len(changed))])

    def _garbage(self) -> bytes:
        ethertype = self.random.choice([0x0800, 0x86DD, 0x0806, 0x8100])
        header = Ethernet(self.mac, bytes(6), ethertype).to_wire()
        return header + self.random.randbytes(self.random.randrange(120))

    def _whole(self) -> bytes:
        version, destination = self.random.choice(self.addresses)
        protocol = self.random.choice([6, 6, 6, 6, 17, 17, 47, 44, 1, 58])
        if protocol == 1:
            protocol = ICMP[version]
        source = self.random.choice(SOURCES[version])
        if protocol in (1, 58):
            l4 = self._icmp(version, destination)
        else:
            l4 = self._l4(protocol) + bytes(self._length())
        return self._frame(self._packet(version, (source, destination), protocol, l4))

    def _frame(self, packet: bytes) -> bytes:
        padding = bytes(self.random.choice([0, 0, 0, 1, 18]))
        ethertype = EtherType.IPV4 if packet[0] >> 4 == 4 else EtherType.IPV6
        header = Ethernet(self.mac, bytes(6), ethertype).to_wire()
        return header + packet + padding

    def _length(self) -> int:
        """Return a length around the limits, most of them short."""
        if self.random.randrange(4):
            return self.random.randrange(41)
        return self.random.choice([1300, 1400, 1400, 2700]) + self.random.randrange(81)

    def _l4(self, protocol: int) -> bytes:
        destination = self.random.choice([80, 80, 80, 80, 53, 53, 0, 443])
        return self._ports(protocol, (self.random.randrange(4), destination))

    def _ports(self, protocol: int, ports: tuple[int, int]) -> bytes:
        if protocol == 17:
            check = self.random.choice([0, self.random.randrange(1 << 16)])
            return Udp(*ports, check=check).to_wire()
        options = self._tcp_options()
        words = len(options) // 4 + self.random.choice([5, 5, 5, 5, 4, 6])
        flags = self.random.choice([2, 2, 16, 16, self.random.randrange(256)])
        tcp = Tcp(
            *ports,
            flags,
            check=self.random.randrange(1 << 16),
            data_offset=min(words, 15),
        )
        return tcp.to_wire() + options

    def _tcp_options(self) -> bytes:
        """Return some options, filled up with no-operations; mostly right ones."""
        size = self.random.choice([4, 4, 4, 3, 0])
        octets = b"".join(
            self.random.choice(
                [
                    bytes([2, size]) + self.random.randbytes(2),
                    bytes([2, 4, 5, 0xB4]),
                    b"\1",
                    bytes([4, 2]),
                    bytes([8, self.random.choice([10, 10, 10, 9, 1, 0])]) + bytes(8),
                    b"\0",
                ]
            )
            for _ in range(self.random.randrange(8))
        )
        return (octets + b"\1" * (-len(octets) % 4))[:40]

    def _icmp(self, version: int, destination: int) -> bytes:
        """Return a message; errors mostly quote what the destination may have sent."""
        words = self.random.randrange(1 << 16), self.random.randrange(1 << 16)
        kind = self.random.choice(ICMP_KINDS[version])
        head = Icmp(kind, self.random.choice([0, 0, 4]), *words).to_wire()
        tail = bytes(self.random.choice([0, 0, 7, 40, 1400]))
        return head + self._quote(version, destination) + tail

    def _quote(self, version: int, vip: int) -> bytes:
        """Return a packet from the VIP to a client, with its end cut off or not."""
        protocol = self.random.choice([6, 6, 17, 1, 44])
        client = self.random.choice(SOURCES[version][:4])
        source = self.random.choice([vip, vip, vip, client])
        ports = Udp(self.random.choice([80, 80, 53, 0]), self.random.randrange(4))
        l4 = ports.to_wire() + bytes(self.random.choice([0, 12, 12]))
        packet = self._packet(version, (source, client), protocol, l4)
        return packet[: self.random.choice([len(packet), len(packet), 8, 27, 47])]

    def _packet(
        self, version: int, ends: tuple[int, int], protocol: int, l4: bytes
    ) -> bytes:
        make = self._ipv4 if version == 4 else self._ipv6
        return make(ends, protocol, l4)

    def _ipv4(self, ends: tuple[int, int], protocol: int, l4: bytes) -> bytes:
        options = bytes(self.random.choice([0, 0, 0, 4, 40]))
        header = Ipv4(
            *ends,
            protocol,
            total_length=20 + len(options) + len(l4),
            tos=self.random.randrange(256),
            ttl=self.random.choice([64, 64, 64, 64, 1, 0]),
            fragment=self.random.choice(IPV4_FRAGMENTS),
            options=options,
        )
        return header.to_wire() + l4

    def _ipv6(self, ends: tuple[int, int], protocol: int, l4: bytes) -> bytes:
        chain = [
            self.random.choice(list(Extension))
            for _ in range(self.random.choice([0, 0, 0, 1, 1, 2, 3, 6, 7]))
        ]
        body = l4
        for kind in chain:
            body = self._extension(kind, protocol) + body
            protocol = kind
        header = Ipv6(
            *ends,
            protocol,
            payload_length=len(body),
            traffic_class=self.random.randrange(256),
            flow_label=self.random.randrange(1 << 20),
            hop_limit=self.random.choice([64, 64, 64, 64, 1, 0]),
        )
        return header.to_wire() + body

    def _extension(self, kind: int, following: int) -> bytes:
        """Return a header whose length is mostly right."""
        if not self.random.randrange(8):
            following = 59
        if kind == Extension.FRAGMENT:
            field = self.random.choice([0, 0, 0, 1, 8, 9, 0xFFF9])
            return bytes((following, 0)) + field.to_bytes(2, "big") + bytes(4)
        units = self.random.choice([0, 0, 1, 3])
        told = self.random.choice([units] * 6 + [units + 1, 255])
        left = self.random.choice([0] * 6 + [1])
        size = 4 * (units + 2) if kind == Extension.AUTHENTICATION else 8 * (units + 1)
        return bytes((following, told, 0, left)) + bytes(size - 4)
