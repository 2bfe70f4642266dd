"""`python -m balancer ds --config FILE`: the DS records that parents of zones need."""

import sys
from collections.abc import Sequence

from ...options import parse_options
from ...wire.dns.dnssec import DS
from ...wire.dns.names import name_to_text
from ..loading import load_content
from ..zones.zone import Zone


def main(argv: Sequence[str]) -> int:
    """Write a line for each signed zone, as a zone file has it; return 0."""
    for zone in load_content(parse_options("ds", argv).config).zones:
        if (text := digest_text(zone)) is not None:
            sys.stdout.write(f"{name_to_text(zone.apex)}. IN DS {text}\n")
    return 0


def digest_text(zone: Zone) -> str | None:
    """Return the DS record's data of a signed zone as people write it."""
    if zone.key is None:
        return None
    rdata = zone.key.digest(zone.apex)
    numbers = DS.unpack_from(rdata)
    return " ".join(map(str, numbers)) + " " + rdata[DS.size :].hex().upper()
