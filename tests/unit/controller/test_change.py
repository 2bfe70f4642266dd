import pytest

from controller.change import Change, change, recognise
from controller.openflow import (
    Choose,
    Field,
    Flow,
    Kind,
    MemberIs,
    Output,
    Table,
    cookie_of,
)

NUMBERS = {"lb1": 3, "lb2": 4}
VIP = (Field("eth_type", 0x800), Field("ipv4_dst", "23.0.0.1"))

CHOOSE = Flow(Kind.ANYCAST, Table.ROUTE, VIP, (Choose(("lb1", "lb2")),), Table.MEMBER)
MEMBER = Flow(Kind.MEMBER, Table.MEMBER, (*VIP, MemberIs("lb1")), (Output("lb1"),))
DIRECT = Flow(Kind.ANYCAST, Table.ROUTE, VIP, (Output("lb2"),))


@pytest.mark.parametrize(
    ("have", "want", "expected"),
    [
        pytest.param({DIRECT}, {DIRECT}, Change(), id="nothing"),
        pytest.param(set(), {CHOOSE, MEMBER}, Change((MEMBER, CHOOSE)),
                     id="what a choice goes on to comes before it"),
        pytest.param({DIRECT}, {CHOOSE}, Change((CHOOSE,)), id="replaced in its place"),
        pytest.param({CHOOSE, MEMBER}, {DIRECT},
                     Change((DIRECT,), (cookie_of(MEMBER, NUMBERS),)),
                     id="replaced, and what is left over removed"),
    ],
)  # fmt: skip
def test_difference(have, want, expected):
    found = change(have, want, NUMBERS)
    assert found == expected
    assert bool(found) == (found != Change())


def test_cookies_are_told_apart_into_known_and_strange():
    cookies = {cookie_of(DIRECT, NUMBERS), 7}
    assert recognise(cookies, {DIRECT, MEMBER}, NUMBERS) == ({DIRECT}, {7})
    assert recognise(cookies, {DIRECT, MEMBER}, NUMBERS | {"lb2": 9})[0] == frozenset()
