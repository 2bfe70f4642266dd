"""Who gets signatures of made-up names by UDP, and who is sent to TCP."""

from dataclasses import replace

import dns.message
import pytest

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.protection.budget import Budget
from balancer.nameserver.protection.cookies import Cookies
from balancer.nameserver.protection.limit import RateLimit
from balancer.nameserver.zones.keys import SigningKey
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
FRA = "11.1.3.10"


def test_what_is_not_sent_is_not_signed(signed, monkeypatch):
    denials = []
    sign = SigningKey.sign_once

    def counted(key, data):
        denials.append(data)
        return sign(key, data)

    monkeypatch.setattr(SigningKey, "sign_once", counted)
    desk = Desk(signed, RateLimit(per_second=2, slip=2))
    for number in range(20):
        question = Question(name_from_text(f"x{number}.gslb.net"), 1)
        query = make_query(7, question, Edns(1232, dnssec_ok=True)).to_wire()
        desk.answer_datagram(query, FRA, NOW_S)
    assert len(denials) == 2
    assert all(data[:2] == b"\0\x2f" for data in denials)


def test_who_asks_for_made_up_names_is_sent_to_tcp_in_the_end(signed):
    server = replace(signed, cookies=Cookies((b"k" * 16,)), budget=Budget(2))

    def ask_for(name, now_s=NOW_S, stream=False, cookie=b""):
        options = (Option(10, cookie),) if cookie else ()
        edns = Edns(1232, dnssec_ok=True, options=options)
        question = Question(name_from_text(f"{name}.gslb.net"), 1)
        query = make_query(7, question, edns).to_wire()
        return answer(server, query, FRA, now_s, stream)

    def is_cut(name, **how):
        said = ask_for(name, **how)
        assert bool(said.wire[2] & 2) == said.truncated
        return said.truncated

    assert not is_cut("x1")
    assert not is_cut("new1.wild")
    assert is_cut("x2")
    assert is_cut("new2.wild")
    assert is_cut("new.here"), "a wildcard's alias"
    assert is_cut("new.gone")
    assert not is_cut("away")
    assert not is_cut("new1.wild"), "its signature is there"
    assert not is_cut("www")
    assert not is_cut("b")
    assert not is_cut("x2", stream=True)
    [cookie] = dns.message.from_wire(ask_for("x2", cookie=b"c" * 8).wire).options
    assert not is_cut("x2", cookie=cookie.to_wire())
    assert not is_cut("x2", now_s=NOW_S + 1)


TWO = Option(3, b""), Option(9, b"")


def made_up_query(labels=3, options=(), records=0):
    """A query for a made-up name, with records before its OPT record."""
    name = name_from_text(".".join("x" * (labels - 2)) + ".gslb.net")
    edns = Edns(1232, dnssec_ok=True, options=options)
    query = make_query(7, Question(name, 1), edns).to_wire()
    end = len(query) - len(edns.to_wire())
    nothing = b"\0\0\1\0\1" + bytes(6)
    counted = query[:10] + (1 + records).to_bytes(2) + query[12:end]
    return counted + nothing * records + query[end:]


@pytest.mark.parametrize(
    ("query", "is_signed"),
    [
        pytest.param(made_up_query(), True, id="plain"),
        pytest.param(made_up_query(labels=40), True, id="as many labels as in use"),
        pytest.param(made_up_query(labels=41), False, id="more labels"),
        pytest.param(made_up_query(records=1), False, id="another record"),
        pytest.param(
            made_up_query(options=(Option(12, bytes(24)),)), True, id="padding"
        ),
        pytest.param(made_up_query(options=TWO), False, id="two options"),
        pytest.param(made_up_query(35, options=TWO[:1]), True, id="one, and labels"),
        pytest.param(made_up_query(36, options=TWO[:1]), False, id="and more of them"),
        pytest.param(
            made_up_query(options=(Option(10, b"c" * 8),)), True, id="a client's cookie"
        ),
        pytest.param(
            made_up_query(options=(Option(10, b"c" * 24),)), False, id="a forged cookie"
        ),
    ],
)
def test_who_makes_a_query_dear_in_two_ways_is_sent_to_tcp(signed, query, is_signed):
    server = replace(signed, cookies=Cookies((b"k" * 16,)), budget=Budget(10))
    said = answer(server, query, FRA, NOW_S)
    assert said.truncated == (not is_signed)
    assert not answer(server, query, FRA, NOW_S, stream=True).truncated


def test_who_asks_for_too_much_gets_nothing_that_is_kept_either(signed):
    server = replace(signed, budget=Budget(1))
    question = Question(name_from_text("kept.wild.gslb.net"), 1)

    def is_cut(options):
        edns = Edns(1232, dnssec_ok=True, options=options)
        query = make_query(7, question, edns).to_wire()
        return answer(server, query, FRA, NOW_S).truncated

    assert not is_cut(())
    assert is_cut(TWO)
    assert not is_cut(TWO[:1])


def test_who_is_proven_may_ask_as_it_likes(signed):
    cookies = Cookies((b"k" * 16,))
    server = replace(signed, cookies=cookies, budget=Budget(0))
    cookie = Option(10, cookies.reply(b"c" * 8, FRA, NOW_S).data)
    query = made_up_query(labels=60, options=(Option(3, b""), cookie))
    assert not answer(server, query, FRA, NOW_S).truncated
