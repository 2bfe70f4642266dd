"""What Mininet's TCLink calls a link's parameters, as shapes; a pure function."""

import re
from collections.abc import Mapping
from typing import Any

from balancer.errors import ConfigError

from ..relay.schedule import ETHERNET_OVERHEAD_BYTES
from ..world.records import Shape

NAMES = ("bw", "delay", "jitter", "loss", "max_queue_size")
DELAY = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s)")
MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
# netem's and the interfaces' own default.
QUEUE_PACKETS = 1000
WIRE_BITS = 8 * (1514 + ETHERNET_OVERHEAD_BYTES)


def shape_of(parameters: Mapping[str, Any]) -> Shape:
    """Return the shape that TCLink's parameters ask for.

    TCLink draws jitter around the delay, and out of order; here it is as wide, no
    packet comes before its time, and none overtakes another.

    Raises:
        ConfigError: a value is none of TCLink's.
    """
    rate_mbit = _number(parameters, "bw")
    delay_ms, half_jitter_ms = _ms(parameters, "delay"), _ms(parameters, "jitter")
    queue_packets = _number(parameters, "max_queue_size") or QUEUE_PACKETS
    queue_ms = queue_packets * WIRE_BITS / (rate_mbit or 1.0) / 1000
    return Shape(
        delay_ms=max(delay_ms - half_jitter_ms, 0.0),
        jitter_ms=2 * half_jitter_ms,
        loss=(_number(parameters, "loss") or 0.0) / 100,
        rate_mbit=rate_mbit,
        queue_ms=queue_ms,
    )


def _number(parameters: Mapping[str, Any], name: str) -> float | None:
    value = parameters.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or value < 0:
        raise ConfigError(f"{name}: {value!r} is not a number")
    return float(value)


def _ms(parameters: Mapping[str, Any], name: str) -> float:
    value = parameters.get(name)
    if not value:
        return 0.0
    found = DELAY.fullmatch(str(value))
    if found is None:
        raise ConfigError(f'{name}: {value!r} is not a time such as "75ms"')
    return float(found[1]) * MS[found[2]]
