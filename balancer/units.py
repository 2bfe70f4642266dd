"""Quantities that people write with their unit, as "500 ms"; no bare numbers."""

import re

SECONDS_PER_UNIT = {
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?([a-z]+)", re.ASCII)


def duration_s(text: object) -> float:
    """Return the seconds that `text` says, as in "500 ms", "20 s" or "1 h".

    Raises:
        ValueError: it is no duration; the message says what one looks like.
    """
    units = ", ".join(SECONDS_PER_UNIT)
    if not isinstance(text, str):
        raise ValueError(f'{text!r} has no unit; write it as "{text} s" (or {units})')
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'{text!r} is no duration; write one as "20 s" ({units})')
    number, unit = match.groups()
    if unit not in SECONDS_PER_UNIT:
        raise ValueError(f"{text!r} has an unknown unit {unit!r}; known are {units}")
    return float(number) * SECONDS_PER_UNIT[unit]


def whole_seconds(text: object) -> int:
    """Return a duration that must be whole seconds, as a TTL is.

    Raises:
        ValueError: it is no duration, or it has a fraction of a second.
    """
    seconds = duration_s(text)
    if seconds != int(seconds):
        raise ValueError(f"{text!r} is not a whole number of seconds")
    return int(seconds)
