"""Echo requests and what counts as a faithful link."""

import pytest

from topo.lab.rtt import MeasuredLink, echo_request, replied_sequence, typical_ms

# IPv4 header of 20 octets, of which only the header length matters here.
IPV4 = b"\x45" + bytes(19)


def _reply(identifier, sequence):
    return IPV4 + b"\0\0\0\0" + echo_request(identifier, sequence)[4:]


def test_the_echo_request_is_as_in_rfc_792():
    assert echo_request(1, 2).hex() == "0800f7fc00010002"


@pytest.mark.parametrize("identifier", [0, 1, 0x7FFF, 0xFFFF])
@pytest.mark.parametrize("sequence", [0, 5, 0xFFFF])
def test_the_checksum_of_every_request_is_right(identifier, sequence):
    raw = echo_request(identifier, sequence)
    total = sum(int.from_bytes(raw[i : i + 2]) for i in range(0, 8, 2))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF


@pytest.mark.parametrize(
    ("packet", "wanted"),
    [
        pytest.param(_reply(7, 3), 3, id="an answer"),
        pytest.param(_reply(8, 3), None, id="another process's answer"),
        pytest.param(IPV4 + echo_request(7, 3), None, id="a request"),
        pytest.param(IPV4[:10], None, id="half a header"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_only_answers_to_our_requests_count(packet, wanted):
    assert replied_sequence(packet, 7) == wanted


@pytest.mark.parametrize(
    ("asked_ms", "measured_ms", "faithful"),
    [
        pytest.param(10.0, 10.9, True, id="within a millisecond"),
        pytest.param(10.0, 11.1, False, id="beyond a millisecond"),
        pytest.param(200.0, 203.9, True, id="within two percent"),
        pytest.param(200.0, 204.1, False, id="beyond two percent"),
        pytest.param(200.0, 195.0, False, id="too early"),
        pytest.param(50.0, float("inf"), False, id="never answered"),
    ],
)
def test_the_tolerance_is_a_millisecond_or_two_percent(asked_ms, measured_ms, faithful):
    assert MeasuredLink("fra", "iad", asked_ms, measured_ms).faithful is faithful


def test_a_pair_that_never_answered_is_null_in_json():
    assert MeasuredLink("a", "b", 5.0, float("inf")).as_json()["measured_ms"] is None


NONE = float("inf")


@pytest.mark.parametrize(
    ("times_ms", "delivery", "typical"),
    [
        pytest.param([3.0, 1.0, 2.0], 1.0, 2.0, id="all answered"),
        pytest.param([1.0, 2.0, 3.0, NONE], 1.0, 2.0, id="one lost"),
        pytest.param([1.0, NONE, NONE, NONE], 1.0, NONE, id="most lost, none asked"),
        pytest.param([1.0, NONE, NONE, NONE], 0.25, 1.0, id="most lost, as asked"),
        pytest.param([NONE, NONE], 0.0, NONE, id="all lost, as asked"),
    ],
)
def test_lost_answers_count_as_far_as_they_were_asked(times_ms, delivery, typical):
    assert typical_ms(times_ms, delivery) == typical
