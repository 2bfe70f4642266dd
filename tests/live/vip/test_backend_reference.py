"""The backend's XDP program beside its reference: vectors, and any frames."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from ipaddress import ip_interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tunnel_frames import encapsulated
from vip_strategies import frames
from vip_vectors import Packet, read_backend, read_connections

from balancer.backend import decap
from balancer.backend.strip import Rules, strip
from balancer.backend.verdict import Dropped, HandedOn, Passed, Stripped
from balancer.kernel.objects import BpfObject
from balancer.kernel.testrun import XDP_DROP, XDP_PASS, XDP_REDIRECT, test_run
from balancer.model import FiveTuple, Forwarding
from balancer.vip.seeing.flow_text import address_of
from topo.netlink import Namespace, create_netns, delete_netns, put_address
from topo.wait import until

pytestmark = pytest.mark.live

RULES, PACKETS = read_backend()
CONNECTIONS = read_connections()
NETNS = f"vip-backend-{os.getpid()}"
SOME = replace(RULES, encapsulations=frozenset({Forwarding.GRE6, Forwarding.GUE}))
KERNEL_VERDICT: dict[type, int] = {
    Stripped: XDP_PASS,
    Passed: XDP_PASS,
    Dropped: XDP_DROP,
    HandedOn: XDP_REDIRECT,
}
VERDICT_NAMES = {each.__name__: value for each, value in KERNEL_VERDICT.items()}
ADDRESSES = [(vip.version, int(vip)) for vip in RULES.vips] + [(4, 1), (6, 1)]


@pytest.fixture(scope="module", autouse=True)
def connections() -> Iterator[None]:
    with connected():
        yield


@contextmanager
def connected() -> Iterator[None]:
    """Be where the kernel has the connections of the vectors, and no others."""
    namespace = create_netns(NETNS)
    try:
        with namespace.inside(), ExitStack() as opened:
            for flow in read_connections():
                connect(namespace, flow, opened)
            yield
    finally:
        namespace.close()
        delete_netns(NETNS)


def connect(namespace: Namespace, flow: FiveTuple, opened: ExitStack) -> None:
    """Open a connection; all of its addresses are on the loopback interface."""
    client, vip = (
        address_of(flow.version, it) for it in (flow.source, flow.destination)
    )
    index = namespace.netlink.index("lo")
    lengths = [(it, it.max_prefixlen) for it in (client, vip)]
    both = [ip_interface(f"{it}/{length}") for it, length in lengths]
    namespace.netlink.send([put_address(index, it) for it in both])
    family = socket.AF_INET if flow.version == 4 else socket.AF_INET6
    ends = (str(client), flow.source_port), (str(vip), flow.destination_port)
    listening = opened.enter_context(socket.create_server(ends[1], family=family))
    # Routes to IPv6 addresses come a little later than these.
    dialled = until("a route", lambda: dial(*ends))
    opened.enter_context(dialled)
    opened.enter_context(listening.accept()[0])


def dial(client: tuple[str, int], vip: tuple[str, int]) -> socket.socket | None:
    with suppress(OSError):
        return socket.create_connection(vip, 5, client)
    return None


@pytest.fixture(scope="module", params=[RULES, SOME], ids=["all modes", "some"])
def loaded(
    request: pytest.FixtureRequest, connections: None
) -> Iterator[tuple[Rules, BpfObject]]:
    with decap.open_decapsulation(request.param) as program:
        yield request.param, program


@pytest.mark.parametrize("packet", PACKETS, ids=lambda packet: packet.name)
def test_vector(loaded: tuple[Rules, BpfObject], packet: Packet) -> None:
    rules, program = loaded
    if rules is not RULES:
        compare(rules, program, packet.frame)
        return
    before = decap.counters_of(program.maps["counters"])
    got = test_run(program.programs["decap"], packet.frame)
    after = decap.counters_of(program.maps["counters"])
    assert got.verdict == VERDICT_NAMES[packet.verdict]
    assert (got.frame,) == packet.outputs
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {packet.counter}


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_frame(loaded: tuple[Rules, BpfObject], data: st.DataObject) -> None:
    inner = frames(RULES.mac, ADDRESSES)
    strategy = inner | inner.flatmap(lambda frame: encapsulated(frame, RULES))
    compare(*loaded, data.draw(strategy))


def compare(rules: Rules, program: BpfObject, frame: bytes) -> None:
    """Give a frame to both, who must agree."""
    verdict = strip(frame, rules, CONNECTIONS.__contains__)
    before = decap.counters_of(program.maps["counters"])
    got = test_run(program.programs["decap"], frame)
    after = decap.counters_of(program.maps["counters"])
    assert got.verdict == KERNEL_VERDICT[type(verdict)], verdict.reason
    assert got.frame.hex() == getattr(verdict, "frame", frame).hex()
    assert after[verdict.reason.name] == before[verdict.reason.name] + 1
