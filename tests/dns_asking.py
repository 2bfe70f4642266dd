"""Asking our code with dnspython, in octets and out of octets."""

import dns.message

from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.answered import Answer

NOW_S = 1_800_000_000
FRA = "11.1.3.10"


def ask(authority, name, type_="A", source=FRA, stream=False, **options):
    query = dns.message.make_query(name, type_, **options)
    result = answer(authority, query.to_wire(), source, NOW_S, stream)
    assert isinstance(result, Answer)
    response = dns.message.from_wire(result.wire)
    assert query.is_response(response)
    return result, response


def texts(section):
    return [line for rrset in section for line in rrset.to_text().splitlines()]
