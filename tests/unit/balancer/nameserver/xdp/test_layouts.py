"""C and Python agree: layouts by BTF, reasons by name, the object by its sources."""

import re
from ipaddress import ip_address
from pathlib import Path

import pytest
from bpf_objects import assert_built_from_sources, described

from balancer.nameserver.answering.options import EDNS_PAYLOAD_OCTETS
from balancer.nameserver.telemetry.tallies import About
from balancer.nameserver.xdp import layouts
from balancer.nameserver.xdp.hot import MAX_NAME_OCTETS, MAX_RECORDS_OCTETS, Limits
from balancer.nameserver.xdp.kinds import NO_SCOPE_NUMBER
from balancer.nameserver.xdp.reasons import Reason
from balancer.nameserver.xdp.table import Answer

BPF = Path("balancer/nameserver/bpf")

# The C struct, its Python layout, and where in it each member starts.
LAYOUTS = [
    ("options", layouts.OPTIONS, [0, 6]),
    ("host", layouts.HOST, [0, 16]),
    ("question_key", layouts.QUESTION_KEY, [0, 64, 66]),
    ("question", layouts.QUESTION, [0, 4, 8, 9, 10]),
    ("region4_key", layouts.REGION4_KEY, [0, 4, 8]),
    ("region6_key", layouts.REGION6_KEY, [0, 4, 8]),
    ("region", layouts.REGION, [0, 4]),
    ("answer", layouts.ANSWER, [0, 6, 8, 10, 12]),
    ("tally_key", layouts.TALLY_KEY, [0, 2]),
]


@pytest.mark.parametrize(("name", "layout", "starts"), LAYOUTS)
def test_layout(name, layout, starts):
    assert described(BPF / "dns.bpf.o", name) == (layout.size, starts)


def test_reasons_are_those_of_the_program():
    header = (BPF / "reasons.h").read_text()
    words = re.findall(r"^\t([A-Z0-9_]+),", header, re.MULTILINE)
    assert words == [*(reason.name for reason in Reason), "REASONS"]


def test_sizes_are_those_of_the_program():
    headers = "".join((BPF / name).read_text() for name in ("maps.h", "message.h"))
    sizes = dict(re.findall(r"^#define (\w+) +(\w+)", headers, re.MULTILINE))
    wanted = {
        "MAX_NAME_OCTETS": MAX_NAME_OCTETS,
        "MAX_RECORDS_OCTETS": MAX_RECORDS_OCTETS,
        "PAYLOAD_SIZE": EDNS_PAYLOAD_OCTETS,
        "NO_SCOPE": NO_SCOPE_NUMBER,
    }
    assert {name: int(sizes[name], 0) for name in wanted} == wanted


def test_tables_have_room_for_two():
    header = (BPF / "maps.h").read_text()
    questions, *regions = (1 << int(n) for n in re.findall(r"1 << (\d+)\)", header))
    assert questions >= 2 * Limits().questions
    assert all(entries >= 2 * Limits().regions for entries in regions)


def test_the_object_was_built_from_these_sources():
    assert_built_from_sources(BPF)


@pytest.mark.parametrize("text", ["11.1.3.10", "2a11::10"])
def test_hosts_go_there_and_back(text):
    assert layouts.host_text(layouts.host_bytes(ip_address(text))) == text


def test_the_sum_of_records_is_not_inverted():
    # As RFC 1071 has it in its example: 0001 f203 f4f5 f6f7 sum up to ddf2.
    records = bytes.fromhex("0001f203f4f5f6f7")
    packed = layouts.answer_bytes(Answer(bytes(6), records, About(1)), 3)
    assert packed[6:12] == b"\xdd\xf2\x08\x00\x03\x00"
    assert packed[12:20] == records
