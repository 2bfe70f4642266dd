"""Probes against servers that answer, that answer wrong, and that are not there."""

import asyncio
import contextlib
import os
import socket
import threading
from ipaddress import ip_address

import dns.message
import dns.rcode
import dns.rrset
import pytest

from balancer.status import status_socket
from topo.lab import probes
from topo.lab.probes import (
    Asker,
    dns_attempt,
    healthy_attempt,
    http_attempt,
    ipvs_weights,
)

HERE = ip_address("127.0.0.1")
ASKER = Asker(contextlib.nullcontext)


def _once(attempt):
    return asyncio.run(attempt())


@contextlib.contextmanager
def _answering(kind, answer):
    """A server on loopback that answers one question; yields its port."""
    with socket.socket(socket.AF_INET, kind) as server:
        server.bind((str(HERE), 0))
        server.settimeout(20)
        serve = _serve_stream if kind is socket.SOCK_STREAM else _serve_datagram
        if kind is socket.SOCK_STREAM:
            server.listen()
        thread = threading.Thread(target=serve, args=(server, answer))
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def _serve_stream(server, answer):
    client, _ = server.accept()
    with client:
        client.sendall(answer(client.recv(1000)))


def _serve_datagram(server, answer):
    question, peer = server.recvfrom(1000)
    server.sendto(answer(question), peer)


def _dns(rcode, *addresses):
    def answer(question):
        reply = dns.message.make_response(dns.message.from_wire(question))
        reply.set_rcode(rcode)
        if addresses:
            reply.answer.append(
                dns.rrset.from_text("a.example.", 1, "IN", "A", *addresses)
            )
        return reply.to_wire()

    return answer


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        pytest.param(_dns(dns.rcode.NOERROR, "192.0.2.1"), True, id="an address"),
        pytest.param(_dns(dns.rcode.NOERROR), False, id="no data"),
        pytest.param(_dns(dns.rcode.SERVFAIL), False, id="a failure"),
    ],
)
def test_a_resolver_is_ready_when_it_answers_with_an_address(
    monkeypatch, answer, ready
):
    with _answering(socket.SOCK_DGRAM, answer) as port:
        monkeypatch.setattr(probes, "DNS_PORT", port)
        assert _once(dns_attempt(ASKER, HERE, "a.example")) is ready


@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", True, id="200"),
        pytest.param(b"HTTP/1.1 503 Busy\r\n\r\n", False, id="503"),
        pytest.param(b"", False, id="nothing"),
    ],
)
def test_a_service_is_ready_when_it_says_200(answer, ready):
    with _answering(socket.SOCK_STREAM, lambda _: answer) as port:
        assert _once(http_attempt(ASKER, HERE, port, "/health")) is ready


@pytest.mark.parametrize("healthy", [[True, True], [True, False]])
def test_a_balancer_is_ready_when_it_counts_all_as_healthy(tmp_path, healthy):
    backends = {f"be{i}": {"healthy": it} for i, it in enumerate(healthy)}
    path = tmp_path / "lb.sock"
    with status_socket(path, lambda: {"backends": backends}):
        assert _once(healthy_attempt(path)) is all(healthy)


def test_who_is_not_there_is_asked_again_until_it_answers(monkeypatch):
    monkeypatch.setattr(probes, "RETRY_S", 0.01)
    asked = []

    async def attempt():
        asked.append(1)
        if len(asked) < 3:
            raise ConnectionRefusedError
        return True

    asyncio.run(probes.until_answered(attempt))
    assert len(asked) == 3


def test_an_announcement_is_heard_and_silence_is_an_end():
    async def hear(said):
        reader, writer = os.pipe()
        os.write(writer, said)
        os.close(writer)
        await probes.until_notified(reader)

    asyncio.run(hear(b"\n"))
    with pytest.raises(EOFError):
        asyncio.run(hear(b""))


@pytest.mark.parametrize(
    ("table", "weights"),
    [
        pytest.param("", [], id="no table"),
        pytest.param(
            "IP Virtual Server version 1.2.1 (size=4096)\n"
            "Prot LocalAddress:Port Scheduler Flags\n"
            "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n",
            [],
            id="no VIP",
        ),
        pytest.param(
            "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n"
            "TCP  17000150:0050 mh (mh-fallback,mh-port)\n"
            "  -> 0B01010A:0050      Tunnel  1      0          0\n"
            "  -> 0B01010B:0050      Tunnel  0      0          0\n"
            "TCP  [2a23:0000:0001:0000:0000:0000:0000:0080]:0050 mh\n"
            "  -> 0B01010A:0050      Tunnel  3      0          0\n",
            [1, 3],
            id="one backend is down",
        ),
    ],
)
def test_what_ipvs_sends_to(table, weights):
    assert ipvs_weights(table) == weights
