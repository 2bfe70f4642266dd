import dns.edns
import dns.message
import dns.rrset
import pytest
from fakes.captures import in_frame, udp_packet
from fakes.runs import plan_of

from experiments.kit.packets.sighting import sightings
from experiments.kit.tracing.name_story import name_story

PLAN = plan_of("recursion")
NAME = "www.frontlab.net"
CLIENT = PLAN.host("fra-lan-1")
FORWARDER, RECURSOR = PLAN.host("fra-dnsmasq"), PLAN.host("fra-unbound")
AUTHORITY = PLAN.host("fra-ns")


class Script:
    """Questions and answers as the ports of those asked would see them."""

    def __init__(self):
        self.frames = []
        self.identifier = 0

    def ask(self, asker, host, at_ms, address=None, question=(NAME, "A"), subnet=None):
        """`asker` asks `host`; returns what gives the answer."""
        name, kind = question
        self.identifier += 1
        ports = 40000 + self.identifier, 53
        options = [dns.edns.ECSOption(subnet, 24)] if subnet else []
        query = dns.message.make_query(
            *(name, kind), id=self.identifier, use_edns=0, options=options
        )
        asked = address or host.address4
        self._frame(host, True, (asker.address4, asked), ports, query, at_ms)

        def answer(at_ms, ttl_s, value="23.0.1.80", source=asked, scope=16):
            response = dns.message.make_response(query)
            if subnet:
                scoped = dns.edns.ECSOption(subnet, 24, scope)
                response.use_edns(0, options=[scoped])
            rrset = dns.rrset.from_text(f"{name}.", ttl_s, "IN", kind, value)
            response.answer.append(rrset)
            back = ports[1], ports[0]
            self._frame(host, False, (source, asker.address4), back, response, at_ms)

        return answer

    def _frame(self, host, to_host, ends, ports, message, at_ms):
        packet = udp_packet(*ends, ports, message.to_wire())
        at_ns = int(at_ms * 1e6)
        self.frames.append(in_frame(packet, host.port, to_host, at_ns))

    def story(self, client=CLIENT, kind="A"):
        return name_story(PLAN, client, NAME, kind, sightings(self.frames))


def told(hops):
    return [(it.exchange.host, it.cached, it.exchange.ttl_s) for it in hops]


def test_a_chain_to_the_authority_and_back():
    script = Script()
    first = script.ask(CLIENT, FORWARDER, 0)
    second = script.ask(FORWARDER, RECURSOR, 1)
    asked_at = PLAN.nameserver.address4
    third = script.ask(RECURSOR, AUTHORITY, 2, asked_at, subnet="11.1.3.0")
    third(3, 20)
    second(4, 20)
    first(5, 19)
    hops = script.story()
    assert told(hops) == [
        ("fra-dnsmasq", False, 19),
        ("fra-unbound", False, 20),
        ("fra-ns", None, 20),
    ]
    last = hops[-1].exchange
    assert (last.subnet, last.scope) == ("11.1.3.0/24", "11.1.0.0/16")
    assert (last.asked_at, last.took_ms) == (asked_at, 1.0)
    assert last.addresses == ("23.0.1.80",)


def test_a_forwarder_that_has_it_asks_nobody():
    script = Script()
    script.ask(CLIENT, FORWARDER, 0)(1, 7)
    assert told(script.story()) == [("fra-dnsmasq", True, 7)]


def test_who_asks_after_it_has_answered_had_it_and_fetches_it_anew():
    script = Script()
    script.ask(CLIENT, FORWARDER, 0)(1, 1)
    script.ask(FORWARDER, RECURSOR, 2)(3, 20)
    first, second = script.story()
    assert (first.cached, first.renews) == (True, True)
    assert second.cached is True


def test_no_answer():
    script = Script()
    script.ask(CLIENT, FORWARDER, 0)
    script.ask(FORWARDER, RECURSOR, 1)
    first, second = script.story()
    assert (first.cached, first.exchange.took_ms) == (False, None)
    assert second.exchange.rcode == ""


def test_an_answer_from_another_address_is_an_answer():
    odd = PLAN.host("sin-odd")
    script = Script()
    shared = PLAN.resolvers["odd"].address4
    script.ask(CLIENT, odd, 0, shared)(1, 9, source=odd.address4)
    [hop] = script.story()
    assert (hop.exchange.asked_at, hop.exchange.ttl_s) == (shared, 9)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(("other.frontlab.net", "A"), id="another name"),
        pytest.param((NAME, "AAAA"), id="another type"),
    ],
)
def test_other_questions_are_another_story(other):
    script = Script()
    value = "2a23::1" if "AAAA" in other else "23.0.1.80"
    script.ask(CLIENT, FORWARDER, 0, question=other)(1, 7, value)
    assert script.story() == []


def test_questions_of_others_are_not_the_clients():
    script = Script()
    script.ask(PLAN.host("fra-home-1"), RECURSOR, 0)(1, 7)
    assert script.story() == []


def test_two_that_ask_each_other_end():
    script = Script()
    script.ask(CLIENT, FORWARDER, 0)
    for at_ms in range(1, 6):
        script.ask(FORWARDER, RECURSOR, at_ms)
        script.ask(RECURSOR, FORWARDER, at_ms)
    assert 2 < len(script.story()) < 40
