"""The ports that translated flows get, and who else may have them; no I/O."""

import re
from typing import Annotated

from pydantic import AfterValidator

LEAST, LARGEST = 1024, 65535  # below are services
_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")


def port_range(text: str) -> range:
    """Return the ports of "10000-32767", both ends among them.

    Raises:
        ValueError: it is no such range.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no range of ports such as 10000-32767")
    first, last = match.groups()
    if int(first) > int(last):
        raise ValueError(f"{text!r} ends before it begins")
    if not LEAST <= int(first) <= int(last) <= LARGEST:
        raise ValueError(f"{text!r} is not inside {LEAST}-{LARGEST}")
    return range(int(first), int(last) + 1)


def range_text(ports: range) -> str:
    """Return a range as `port_range` takes it."""
    return f"{ports[0]}-{ports[-1]}"


def why_not(ports: range, own: range) -> str:
    """Return why flows cannot have these ports, or "".

    Args:
        ports: for translated flows.
        own: those that the machine takes for its own connections, such as checks: an
            answer to one of them must not look like one to a translated flow.
    """
    if ports[0] > own[-1] or own[0] > ports[-1]:
        return ""
    return (
        f"{range_text(ports)} has some of {range_text(own)}, which this machine takes "
        "for its own connections (net.ipv4.ip_local_port_range)"
    )


def _is_port_range(text: str) -> str:
    port_range(text)
    return text


PortRange = Annotated[str, AfterValidator(_is_port_range)]
