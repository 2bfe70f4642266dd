"""The XDP program answers octet for octet as `answer` does, or passes a frame on."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest
from dns_frames import Way, frame
from dns_strategies import client_subnets, edns_records, names
from hypothesis import given, settings
from hypothesis import strategies as st
from live.nameserver.hot import (
    COLD,
    HOT,
    SOURCES,
    WAY,
    WAY6,
    WAYS,
    Server,
    asked,
    changed,
    load_hot,
    open_server,
    subnet,
)

from balancer.nameserver.policies.steering import NOTHING_KNOWN, SiteState, SteeringMap
from balancer.nameserver.xdp.hot import hot_questions
from balancer.nameserver.xdp.reasons import ANSWERED
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return load_hot(tmp_path_factory.mktemp("hot"))


@pytest.fixture(scope="module")
def server(content) -> Iterator[Server]:
    with open_server(content) as opened:
        yield opened


@pytest.mark.parametrize("way", WAYS, ids=lambda way: str(way.source))
@pytest.mark.parametrize(
    "edns",
    [
        pytest.param(None, id="plain"),
        pytest.param(Edns(1232), id="EDNS0"),
        pytest.param(Edns(512, dnssec_ok=True), id="DO"),
        pytest.param(subnet("11.2.200.1", 32), id="a host in syd"),
        pytest.param(subnet("11.2.200.0", 24), id="a network in syd and iad"),
        pytest.param(subnet("11.2.0.0", 17), id="17 bits"),
        pytest.param(subnet("12.0.0.0", 6), id="6 bits"),
        pytest.param(subnet("2a11:0:2:1::", 56), id="IPv6"),
        pytest.param(subnet("2a11:0:2:1::1", 128), id="IPv6 host"),
        pytest.param(subnet("::", 1), id="IPv6, one bit"),
        pytest.param(subnet("9.9.9.0", 24)._replace(dnssec_ok=True), id="subnet, DO"),
    ],
)
@pytest.mark.parametrize("name", HOT)
def test_hot_questions_are_answered(server, name, edns, way) -> None:
    for type_ in HOT[name]:
        message, before = asked(name, type_, edns), server.counts()
        reply, reason = server.run(frame(way, message))
        if name == "www.signed.net" and edns is not None and edns.dnssec_ok:
            assert (reply, reason) == (None, "SIGNED")
            continue
        assert reason == ANSWERED[bool(edns and edns.options)].name
        assert reply is not None
        assert reply.hex() == server.expected(way, message).hex()
        about = server.about(way, message)
        assert server.counts() == {**before, about: before.get(about, 0) + 1}


@pytest.mark.parametrize("name", COLD)
def test_other_names_are_left_to_the_server(server, name) -> None:
    message = asked(name)
    reason = "ODD_NAME" if len(name_from_text(name)) > 64 else "NOT_HOT"
    assert server.run(frame(WAY, message)) == (None, reason)


QUERY = asked("www.gslb.net")
WITH_EDNS = asked("www.gslb.net", edns=Edns(1232))
WITH_SUBNET = asked("www.gslb.net", edns=subnet("11.2.3.0", 24))


def sent(message: bytes, way: Way = WAY) -> bytes:
    return frame(way, message)


@pytest.mark.parametrize(
    ("ethernet", "reason"),
    [
        pytest.param(
            changed(sent(QUERY), 0, bytes(6)), "NOT_FOR_US", id="other MAC address"
        ),
        pytest.param(sent(QUERY)[:14], "NOT_PLAIN_UDP", id="no packet"),
        pytest.param(changed(sent(QUERY), 12, b"\x08\x06"), "NOT_IP", id="ARP"),
        pytest.param(changed(sent(QUERY), 12, b"\x81\0"), "NOT_IP", id="VLAN tag"),
        pytest.param(changed(sent(QUERY), 14, b"\x46"), "NOT_PLAIN_UDP", id="options"),
        pytest.param(changed(sent(QUERY), 14, b"\x65"), "NOT_PLAIN_UDP", id="version"),
        pytest.param(changed(sent(QUERY), 20, b"\x20"), "NOT_PLAIN_UDP", id="fragment"),
        pytest.param(changed(sent(QUERY), 21, b"\1"), "NOT_PLAIN_UDP", id="last part"),
        pytest.param(changed(sent(QUERY), 23, b"\6"), "NOT_PLAIN_UDP", id="TCP"),
        pytest.param(sent(QUERY)[:-1], "NOT_PLAIN_UDP", id="cut short"),
        pytest.param(changed(sent(QUERY), 24, b"\0"), "NOT_PLAIN_UDP", id="checksum"),
        pytest.param(changed(sent(QUERY), 38, b"\0\7"), "NOT_PLAIN_UDP", id="length"),
        pytest.param(
            changed(sent(QUERY, WAY6), 20, b"\0"), "NOT_PLAIN_UDP", id="hop by hop"
        ),
        pytest.param(
            changed(sent(QUERY, WAY6), 60, b"\0\0"), "NOT_PLAIN_UDP", id="no checksum"
        ),
        pytest.param(
            sent(QUERY, replace(WAY, destination_port=54)), "NOT_LISTENING", id="port"
        ),
        pytest.param(
            sent(QUERY, replace(WAY, destination=SOURCES[0])),
            "NOT_LISTENING",
            id="other address",
        ),
        pytest.param(sent(QUERY, replace(WAY, source_port=0)), "ODD_SOURCE", id="0"),
        *(
            pytest.param(
                sent(QUERY, replace(WAY, source=ip_address(source))),
                "ODD_SOURCE",
                id=source,
            )
            for source in ("23.53.0.53", "0.0.0.1", "127.0.0.1", "224.0.0.1")
        ),
        *(
            pytest.param(
                sent(QUERY, replace(WAY6, source=ip_address(source))),
                "ODD_SOURCE",
                id=source,
            )
            for source in ("2a23:53::53", "::", "::1", "ff02::1")
        ),
    ],
)
def test_other_frames_are_left_to_the_server(server, ethernet, reason) -> None:
    assert server.run(ethernet) == (None, reason)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(changed(QUERY, 2, b"\x81"), "ODD_HEADER", id="a response"),
        pytest.param(changed(QUERY, 2, b"\x08"), "ODD_HEADER", id="another opcode"),
        pytest.param(changed(QUERY, 2, b"\x02"), "ODD_HEADER", id="TC"),
        pytest.param(changed(QUERY, 5, b"\2"), "ODD_HEADER", id="two questions"),
        pytest.param(changed(QUERY, 7, b"\1"), "ODD_HEADER", id="an answer"),
        pytest.param(changed(QUERY, 9, b"\1"), "ODD_HEADER", id="an authority"),
        pytest.param(changed(QUERY, 11, b"\2"), "ODD_HEADER", id="two additionals"),
        pytest.param(QUERY[:12], "ODD_NAME", id="no question"),
        pytest.param(QUERY[:-5], "ODD_NAME", id="half a name"),
        pytest.param(QUERY[:-1], "ODD_NAME", id="half a question"),
        pytest.param(changed(QUERY, -1, b"\3"), "ODD_NAME", id="another class"),
        pytest.param(QUERY + b"\0", "ODD_EDNS", id="an octet more"),
        pytest.param(changed(QUERY, 11, b"\1"), "ODD_EDNS", id="no OPT record"),
        pytest.param(WITH_EDNS[:-1], "ODD_EDNS", id="half an OPT record"),
        pytest.param(changed(WITH_EDNS, -11, b"\1"), "ODD_EDNS", id="not at the root"),
        pytest.param(changed(WITH_EDNS, -9, b"\1"), "ODD_EDNS", id="no OPT"),
        pytest.param(changed(WITH_EDNS, -5, b"\1"), "ODD_EDNS", id="EDNS 1"),
        pytest.param(changed(WITH_EDNS, -1, b"\1"), "ODD_EDNS", id="rdata missing"),
        pytest.param(WITH_SUBNET + b"\0", "ODD_EDNS", id="an octet behind the OPT"),
        pytest.param(changed(WITH_SUBNET, -10, b"\x0a"), "ODD_EDNS", id="a cookie"),
        pytest.param(changed(WITH_SUBNET, -8, b"\6"), "ODD_EDNS", id="option length"),
        pytest.param(changed(WITH_SUBNET, -6, b"\3"), "ODD_EDNS", id="family"),
        pytest.param(changed(WITH_SUBNET, -5, b"\x17"), "ODD_EDNS", id="23 bits of 24"),
        pytest.param(changed(WITH_SUBNET, -5, b"\x21"), "ODD_EDNS", id="33 bits"),
        pytest.param(changed(WITH_SUBNET, -4, b"\1"), "ODD_EDNS", id="a scope"),
        pytest.param(asked("www.gslb.net", edns=subnet("::", 0)), "ODD_EDNS", id="/0"),
    ],
)
def test_other_messages_are_left_to_the_server(server, message, reason) -> None:
    for way in (WAY, WAY6):
        assert server.run(frame(way, message)) == (None, reason)


def with_case(name: bytes, upper: list[bool]) -> bytes:
    folded = zip(name, upper, strict=False)
    return bytes(o - 32 if u and 97 <= o <= 122 else o for o, u in folded)


hot_names = st.builds(
    with_case,
    st.sampled_from([name_from_text(name) for name in (*HOT, *COLD)]),
    st.lists(st.booleans(), min_size=64, max_size=64),
)
subnets = client_subnets().map(
    lambda it: Edns(1232, options=(Option(8, it.to_wire()),))
)


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Queries, most of them for hot questions, and some with an octet changed."""
    question = Question(
        draw(hot_names | names), draw(st.sampled_from([1, 1, 28, 28, 16, 65]))
    )
    edns = draw(st.none() | subnets | edns_records)
    query = make_query(draw(st.integers(0, 0xFFFF)), question, edns)
    flags = draw(st.integers(0, 0x1FF))  # RD and all behind it
    message = query._replace(header=query.header._replace(flags=flags)).to_wire()
    if draw(st.integers(0, 3)):
        return message
    return changed(message, draw(st.integers(0, 80)), draw(st.binary(min_size=1)))


@given(messages(), st.sampled_from(WAYS))
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked(server, message, way) -> None:
    reply, _ = server.run(frame(way, message))
    assert reply is None or reply.hex() == server.expected(way, message).hex()


@pytest.mark.parametrize("way", [WAY, WAY6], ids=["IPv4", "IPv6"])
def test_the_reply_has_hops_and_class_of_its_own(server, way) -> None:
    far = replace(way, hops=3, traffic_class=0xB8, label=0x1234)
    reply, _ = server.run(frame(far, QUERY))
    assert reply == server.expected(far, QUERY)


def test_padding_is_taken_off(server) -> None:
    reply, _ = server.run(frame(WAY, QUERY) + bytes(60))
    assert reply == server.expected(WAY, QUERY)


def test_sources_are_counted(server) -> None:
    before = server.datapath.sources()
    for way in (WAY, WAY6, WAY):
        server.run(frame(way, QUERY))
    after = server.datapath.sources()
    counted = {host: n - before.get(host, 0) for host, n in after.items()}
    wanted = {str(WAY.source): 2, str(WAY6.source): 1}
    assert {host: n for host, n in counted.items() if n} == wanted


def test_another_table_takes_the_place_of_the_one_before(server, content) -> None:
    """Once without names, then with a site down, then as it was, and again."""
    down = SteeringMap(1, {"fra": SiteState(healthy=False)})
    for _ in range(3):
        server.datapath.write(())
        assert server.run(frame(WAY, QUERY)) == (None, "NOT_HOT")
        for steering in (down, NOTHING_KNOWN):
            content.guide.settle(steering, lambda: 0.5)
            server.datapath.write(hot_questions(server.authority.zones))
            reply, _ = server.run(frame(WAY, QUERY))
            assert reply == server.expected(WAY, QUERY)


def test_nothing_is_left_of_tables_that_were(server) -> None:
    maps = server.datapath._maps
    sizes = [sum(1 for _ in maps[name].items()) for name in ("questions",)]
    for _ in range(3):
        server.datapath.write(hot_questions(server.authority.zones))
    assert [sum(1 for _ in maps[name].items()) for name in ("questions",)] == sizes
