"""`python -m balancer ds --config FILE`: the DS records that parents of zones need."""

import sys
from collections.abc import Sequence

from ..options import parse_file
from ..wire.dns.names import name_to_text
from .dnssec.text import digest_text
from .loading.load import load_content


def main(argv: Sequence[str]) -> int:
    """Write a line for each signed zone, as a zone file has it; return 0."""
    for zone in load_content(parse_file("ds", argv)).zones:
        if (text := digest_text(zone)) is not None:
            sys.stdout.write(f"{name_to_text(zone.apex)}. IN DS {text}\n")
    return 0
