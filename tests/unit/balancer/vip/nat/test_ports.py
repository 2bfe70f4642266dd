"""Ranges of ports: read, bounded, and apart from those of the machine."""

import pytest

from balancer.vip.nat.ports import port_range, range_text, why_not
from balancer.vip.tables.nat_limits import nat_limits

OWN = range(32768, 61000)


@pytest.mark.parametrize("text", ["1024-65535", "10000-32767", "20000-20000"])
def test_a_range_there_and_back(text: str) -> None:
    assert range_text(port_range(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "10000", "10000-", "-1", "1023-2000", "1024-65536", "2000-1999", "a-b", "1-²"],
)
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match=r"range of ports|is not inside|ends before"):
        port_range(text)


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("10000-32767", False),
        ("61000-65535", False),
        ("10000-32768", True),
        ("60999-65535", True),
        ("1024-65535", True),
        ("40000-40001", True),
    ],
)
def test_ports_that_the_machine_takes_too(text: str, shared: bool) -> None:
    why = why_not(port_range(text), OWN)
    assert bool(why) == shared
    if shared:
        assert f"{text} has some of 32768-60999" in why


def test_nothing_lasts_longer_than_the_idle_time() -> None:
    limits = nat_limits(port_range("20000-20009"), 100, 45.0)
    assert (limits.first_port, limits.ports, limits.flows) == (20000, 10, 100)
    lasts = (limits.open_s, limits.half_open_s, limits.closed_s, limits.datagram_s)
    assert lasts == (45.0, 30.0, 45.0, 45.0)
