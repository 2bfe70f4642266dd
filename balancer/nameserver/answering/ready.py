"""Responses without their client's parts."""

from typing import NamedTuple

from ...wire.dns.edns import OPT_RECORD, OPTION, SUBNET
from ...wire.dns.query import HEADER, QUESTION
from ..protection.cookies import WHOLE_OCTETS
from ..telemetry.tallies import Tally
from .answered import PLAIN_PAYLOAD_OCTETS

LARGEST_OPT_OCTETS = (
    OPT_RECORD.size + OPTION.size + SUBNET.size + 16 + OPTION.size + WHOLE_OCTETS
)
# Of a question's name and the records.
LARGEST_OCTETS = PLAIN_PAYLOAD_OCTETS - HEADER.size - QUESTION.size - LARGEST_OPT_OCTETS
# Counts of a question and one record, without and with an OPT record.
ONE_RECORD = b"\0\1\0\1\0\0\0\0"
ONE_RECORD_AND_OPT = b"\0\1\0\1\0\0\0\1"


class Ready(NamedTuple):
    """What follows the flags, but for the question; a tuple, as one is per query."""

    plain_counts: bytes
    edns_counts: bytes
    records: bytes
    tally: Tally


def fits(octets: int) -> bool:
    """Say whether name and records of this size may go to any client by UDP."""
    return octets <= LARGEST_OCTETS
