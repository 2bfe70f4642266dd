"""Server cookies: the RFC's own vectors, and who is believed for how long."""

import pytest

from balancer.errors import WireError
from balancer.nameserver.protection.cookies import Cookies

SECRET = bytes.fromhex("e5e973e5a6b2a43f48e7dc849e37bfcf")
CLIENT = bytes.fromhex("2464c4abcf10c957")
MADE_S = 1559731985
# RFC 9018, appendix A.1.
WHOLE = CLIENT + bytes.fromhex("010000005cf79f111f8130c3eee29480")
SOURCE = "198.51.100.100"


def test_vector_of_the_rfc():
    assert Cookies((SECRET,)).reply(CLIENT, SOURCE, MADE_S).data == WHOLE


def test_a_client_without_ours_is_not_proven():
    assert not Cookies((SECRET,)).reply(CLIENT, SOURCE, MADE_S).is_proven


@pytest.mark.parametrize(
    ("age_s", "is_proven", "is_kept"),
    [
        pytest.param(0, True, True, id="fresh"),
        pytest.param(1799, True, True, id="young"),
        pytest.param(1800, True, False, id="to be renewed"),
        pytest.param(3600, True, False, id="old"),
        pytest.param(3601, False, False, id="too old"),
        pytest.param(-300, True, True, id="a clock that is ahead"),
        pytest.param(-301, False, False, id="from the future"),
    ],
)
def test_age(age_s, is_proven, is_kept):
    reply = Cookies((SECRET,)).reply(WHOLE, SOURCE, MADE_S + age_s)
    assert reply.is_proven is is_proven
    assert (reply.data == WHOLE) is is_kept
    assert reply.data[:8] == CLIENT


@pytest.mark.parametrize(
    ("data", "source"),
    [
        pytest.param(WHOLE, "198.51.100.101", id="somebody else's"),
        pytest.param(WHOLE[:-1] + b"\0", SOURCE, id="made up"),
        pytest.param(WHOLE[:8] + b"\2" + WHOLE[9:], SOURCE, id="another version"),
        pytest.param(WHOLE + b"\0", SOURCE, id="of another length"),
        pytest.param(WHOLE[:16], SOURCE, id="a short one"),
    ],
)
def test_not_ours(data, source):
    cookies = Cookies((SECRET,))
    reply = cookies.reply(data, source, MADE_S)
    assert not reply.is_proven
    assert reply == cookies.reply(CLIENT, source, MADE_S)


def test_a_secret_can_be_replaced():
    both = Cookies((b"n" * 16, SECRET))
    assert both.reply(WHOLE, SOURCE, MADE_S).is_proven
    assert both.reply(CLIENT, SOURCE, MADE_S) == Cookies((b"n" * 16,)).reply(
        CLIENT, SOURCE, MADE_S
    )


def test_time_wraps():
    made = Cookies((SECRET,)).reply(CLIENT, "2001:db8::1", 2**32 - 10).data
    assert Cookies((SECRET,)).reply(made, "2001:db8::1", 2**32 + 10).is_proven


@pytest.mark.parametrize("octets", [0, 7, 9, 15, 41])
def test_no_cookie_has_this_length(octets):
    with pytest.raises(WireError):
        Cookies((SECRET,)).reply(b"x" * octets, SOURCE, MADE_S)
