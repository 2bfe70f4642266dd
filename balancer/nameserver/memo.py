"""What the fast path looks up: ready responses, and policies with their past choices.

Choices never change while the zones stand, so that remembering them is safe.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..errors import WireError
from ..wire.dns.codes import OptionCode, Rcode, Type
from ..wire.dns.edns import IP_VERSION, OPT_RECORD, OPTION, SUBNET, ClientSubnet
from ..wire.dns.query import HEADER, Header, Question
from ..wire.dns.records import RecordSet
from ..wire.dns.response import Response
from .answer import PLAIN_PAYLOAD_OCTETS, STREAM_PAYLOAD_OCTETS, Zones
from .policies import ClientAddress, Policy, Static
from .resolve import answer_sections
from .zone import Steered, Zone, find_zone

MAX_MEMOS = 16384  # beyond, all are forgotten at once
LARGEST_OPT_OCTETS = OPT_RECORD.size + OPTION.size + SUBNET.size + 16


class BySource(dict[str, int]):
    """The number of the answer, by the text of a resolver's address."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy

    def __missing__(self, source: str) -> int:
        if len(self) >= MAX_MEMOS:
            self.clear()
        self[source] = self.policy.choose(ClientAddress.from_text(source)).answer
        return self[source]


class ByOption(dict[bytes, tuple[int, bytes] | None]):
    """The number of the answer and the OPT rdata to send, by the OPT rdata that came.

    None is for what `answer` must judge: all but one well-formed client subnet.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy

    def __missing__(self, data: bytes) -> tuple[int, bytes] | None:
        subnet = _lone_subnet(data)
        if subnet is None:
            return None
        if len(self) >= MAX_MEMOS:
            self.clear()
        client = ClientAddress(IP_VERSION[subnet.family], subnet.value)
        choice = self.policy.choose(client)
        scope_at = OPTION.size + SUBNET.size - 1
        scope = bytes((choice.scope_prefix_length,))
        echo = data[:scope_at] + scope + data[scope_at + 1 :]
        self[data] = choice.answer, len(echo).to_bytes(2, "big") + echo
        return self[data]


class Ready(NamedTuple):
    """A response without its client's parts; a tuple, as it is unpacked per query."""

    plain_counts: bytes
    edns_counts: bytes
    records: bytes


class Hot(NamedTuple):
    """The answers to one question, and how to choose among them."""

    by_source: BySource
    by_option: ByOption
    answers: tuple[Ready, ...]


def hot_questions(zones: Zones) -> Mapping[bytes, Hot]:
    """Return the ready answers by question octets, with the name in lower case."""
    memos: dict[int, tuple[BySource, ByOption]] = {}
    static = Static()
    hot = {}
    for zone, question, found in _questions(zones):
        ready = _ready_answers(zone, question, found)
        if ready is None:
            continue
        policy = found.policy if isinstance(found, Steered) else static
        memo = memos.setdefault(id(policy), (BySource(policy), ByOption(policy)))
        hot[question.to_wire()] = Hot(*memo, ready)
    return hot


def _questions(zones: Zones) -> Iterator[tuple[Zone, Question, RecordSet | Steered]]:
    for zone in zones.values():
        for name, node in zone.nodes.items():
            # Not where another zone of ours, or a delegation, hides the name.
            if find_zone(zones, name) is zone and zone.find(name, Type.A) is node:
                for type_, found in node.data.items():
                    yield zone, Question(name, type_), found


def _ready_answers(
    zone: Zone, question: Question, found: RecordSet | Steered
) -> tuple[Ready, ...] | None:
    """Return what each choice answers; None when one may be too long for plain UDP."""
    record_sets = found.answers if isinstance(found, Steered) else (found,)
    ready = []
    for record_set in record_sets:
        sections = answer_sections(zone, record_set)
        response = Response(Header(0, 0), question, Rcode.NOERROR, sections)
        wire, _ = response.to_wire(STREAM_PAYLOAD_OCTETS)
        if len(wire) + LARGEST_OPT_OCTETS > PLAIN_PAYLOAD_OCTETS:
            return None
        ready.append(_cut_ready(wire, question))
    return tuple(ready)


def _cut_ready(wire: bytes, question: Question) -> Ready:
    additionals = int.from_bytes(wire[10:12], "big")
    edns_counts = wire[4:10] + (additionals + 1).to_bytes(2, "big")
    records = wire[HEADER.size + len(question.to_wire()) :]
    return Ready(wire[4:12], edns_counts, records)


def _lone_subnet(data: bytes) -> ClientSubnet | None:
    """Return the client subnet that is all of this OPT rdata; None: it is not."""
    head = OPTION.pack(OptionCode.CLIENT_SUBNET, len(data) - OPTION.size & 0xFFFF)
    if not data.startswith(head):
        return None
    try:
        subnet = ClientSubnet.from_wire(data[OPTION.size :])
    except WireError:
        return None
    if subnet.scope_prefix_length or not subnet.source_prefix_length:
        return None
    return subnet
