"""What a batch does with responses that the kernel refuses."""

import socket

import pytest

from balancer.nameserver.transport.batch import Batch, Turn
from balancer.wire.l4 import Udp
from topo.wait import until

pytestmark = pytest.mark.live

LOOPBACK = "127.0.0.1"


def test_a_response_that_cannot_be_sent_is_counted_and_the_others_leave():
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as raw,
    ):
        server.bind((LOOPBACK, 0))
        client.connect(server.getsockname())
        client.settimeout(20)
        client.send(b"first")
        # Nobody can be answered at port 0.
        raw.sendto(Udp(0, server.getsockname()[1]).to_wire(), (LOOPBACK, 0))
        client.send(b"third")
        turn, batch, received = Turn(), Batch(server.family), 0

        def all_received() -> bool:
            nonlocal received
            descriptor = server.fileno()
            received += batch.exchange(descriptor, {}, lambda data, *_: data, 0, turn)
            return received == 3

        until("all are received", all_received)
        assert turn.unsent == 1
        assert [client.recv(9), client.recv(9)] == [b"first", b"third"]
