"""C and Python agree: layouts by BTF, reasons by name, objects by their sources."""

import re
from enum import IntEnum
from pathlib import Path
from struct import Struct

import pytest
from bpf_objects import assert_built_from_sources, described
from hypothesis import given
from hypothesis import strategies as st

from balancer.backend import decap
from balancer.model import FiveTuple, Forwarding, TooBig, Tracking
from balancer.vip.decision.verdict import Reason
from balancer.vip.tables.limits import MAX_BACKENDS, MAX_VIPS, NOBODY
from balancer.vip.xdp import layouts

KERNEL_BPF = Path("balancer/kernel/bpf")
VIP_BPF = Path("balancer/vip/bpf")
TUNNEL_BPF = Path("balancer/vip/tunnel/bpf")
BACKEND_BPF = Path("balancer/backend/bpf")

OPTION_STARTS = [0, 4, 8, 14, *range(20, 52, 4), *range(64, 88, 4)]
# The C struct, its Python layout, and where in it each member starts.
LAYOUTS = [
    ("options", layouts.OPTIONS, OPTION_STARTS),
    ("vip_key", layouts.VIP_KEY, [0, 16, 18, 19]),
    ("vip", layouts.VIP, [0, 4, 8, 12, 13, 14, 16, 18, 19]),
    ("slot", layouts.SLOT, [0, 2, 4]),
    ("backend", layouts.BACKEND, [0, 4, 8, 24, 30]),
    ("flow_key", layouts.FLOW_KEY, [0, 16, 32, 36, 37, 38]),
    ("flow", layouts.FLOW, [0, 4]),
    ("rates", layouts.RATES, [0, 4, 8, 12, 16]),
    ("traffic", layouts.TRAFFIC, [0, 8, 16, 24]),
    ("translation", layouts.TRANSLATION, [0, 40, 44, 46, 48]),
]
BACKEND_LAYOUTS = [
    ("options", decap.OPTIONS, [0, 6, 8, 12]),
    ("address", decap.ADDRESS, [0, 16]),
]


@pytest.mark.parametrize(("name", "layout", "starts"), LAYOUTS)
def test_balancer_layout(name: str, layout: Struct, starts: list[int]) -> None:
    assert described(VIP_BPF / "vip.bpf.o", name) == (layout.size, starts)


@pytest.mark.parametrize(("name", "layout", "starts"), BACKEND_LAYOUTS)
def test_backend_layout(name: str, layout: Struct, starts: list[int]) -> None:
    assert described(BACKEND_BPF / "decap.bpf.o", name) == (layout.size, starts)


def test_reasons_are_those_of_the_program() -> None:
    header = (VIP_BPF / "reasons.h").read_text()
    words = re.findall(r"^\t([A-Z0-9_]+),$", header, re.MULTILINE)
    assert words == [*(reason.name for reason in Reason), "REASONS"]


@pytest.mark.parametrize(
    ("name", "policy", "file"),
    [
        ("tracking", Tracking, "maps.h"),
        ("too_big", TooBig, "maps.h"),
        ("forwarding", Forwarding, "modes.h"),
    ],
)
def test_policies_are_those_of_the_program(
    name: str, policy: type[IntEnum], file: str
) -> None:
    header = (VIP_BPF / file).read_text()
    body = header[header.index(f"enum {name} {{") :]
    words = re.findall(r"\t([A-Z0-9_]+),", body[: body.index("}")])
    assert words == [each.name for each in policy]


def test_sizes_are_those_of_the_program() -> None:
    header = (VIP_BPF / "maps.h").read_text()
    sizes = dict(re.findall(r"^#define (\w+) (\w+)", header, re.MULTILINE))
    wanted = (MAX_VIPS, MAX_BACKENDS, NOBODY)
    names = ("MAX_VIPS", "MAX_BACKENDS", "NOBODY")
    assert tuple(int(sizes[name], 0) for name in names) == wanted


@pytest.mark.parametrize(
    "folder",
    [KERNEL_BPF, VIP_BPF, TUNNEL_BPF, BACKEND_BPF],
    ids=["kernel", "balancer", "tunnel", "backend"],
)
def test_objects_were_built_from_these_sources(folder: Path) -> None:
    assert_built_from_sources(folder)


octets = st.integers(0, 255)
ports = st.integers(0, 65535)


@given(
    version_bits=st.sampled_from([(4, 32), (6, 128)]),
    data=st.data(),
    protocol=octets,
    source_port=ports,
    destination_port=ports,
)
def test_flow_keys_go_there_and_back(
    version_bits: tuple[int, int],
    data: st.DataObject,
    protocol: int,
    source_port: int,
    destination_port: int,
) -> None:
    version, bits = version_bits
    address = st.integers(0, (1 << bits) - 1)
    source, destination = data.draw(address), data.draw(address)
    flow = FiveTuple(
        version, source, destination, protocol, source_port, destination_port
    )
    assert layouts.flow_of(layouts.flow_key_bytes(flow)) == flow
