"""Attaching: modes, what is told when it cannot be, and nothing left behind."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from balancer.errors import Unsupported
from balancer.kernel.objects import loaded
from balancer.kernel.xdp import (
    PASS,
    Attachment,
    XdpMode,
    attach_pass,
    attached,
    hardware_address,
    mtu_of,
)
from balancer.vip.xdp.adoption import legacy_at
from balancer.vip.xdp.programs import BPF
from topo.run import run

pytestmark = pytest.mark.live

NEAR, FAR = f"xdp-a{os.getpid()}", f"xdp-b{os.getpid()}"
MAC = "02:00:01:08:00:10"


@pytest.fixture
def veth() -> Iterator[str]:
    run(
        ["ip", "link", "add", NEAR, "address", MAC, "type", "veth", "peer", "name", FAR]
    )
    yield NEAR
    run(["ip", "link", "del", NEAR])


def mode_of(interface: str) -> str | None:
    (link,) = json.loads(run(["ip", "-j", "link", "show", "dev", interface]))
    modes = {1: "native", 2: "generic"}
    return modes[link["xdp"]["mode"]] if "xdp" in link else None


@pytest.mark.parametrize(
    ("wanted", "used"),
    [
        pytest.param(XdpMode.AUTO, "native", id="auto"),
        pytest.param(XdpMode.NATIVE, "native", id="native"),
        pytest.param(XdpMode.GENERIC, "generic", id="generic"),
    ],
)
def test_it_is_there_only_inside(veth: str, wanted: XdpMode, used: str) -> None:
    with loaded(PASS) as passing:
        with attached(veth, passing.programs["pass"], wanted) as mode:
            assert mode == used
            assert mode_of(veth) == used
        assert mode_of(veth) is None


def test_a_driver_without_xdp_gets_the_generic_one(veth: str) -> None:
    # A packet of 9000 octets does not fit into a page, which native XDP on veth needs.
    for end in (NEAR, FAR):
        run(["ip", "link", "set", end, "mtu", "9000"])
    with loaded(PASS) as passing:
        program = passing.programs["pass"]
        with attached(veth, program) as mode:
            assert mode == XdpMode.GENERIC
        with (
            pytest.raises(Unsupported, match="native XDP on"),
            attached(veth, program, XdpMode.NATIVE),
        ):
            raise AssertionError


def test_pass_stays_as_long_as_the_interface(veth: str) -> None:
    attach_pass(veth)
    assert mode_of(veth) == "native"
    attach_pass(veth)
    assert mode_of(veth) == "native"


def test_what_another_has_put_there_stays(veth: str) -> None:
    with loaded(PASS) as passing:
        program = passing.programs["pass"]
        with attached(veth, program):
            attach_pass(veth)
        assert mode_of(veth) == "native"


def test_why_no_packet_comes_to_a_program(veth: str) -> None:
    attachment = Attachment(veth)
    with loaded(PASS) as passing, loaded(PASS) as another:
        attachment.put(passing.programs["pass"])
        assert attachment.why_not() == ""
        Attachment(veth).put(another.programs["pass"])
        assert attachment.why_not() == "another program stands there"
        run(["ip", "link", "set", "dev", veth, "xdp", "off"])
        assert attachment.why_not() == "the program is gone"
        run(["ip", "link", "set", "dev", veth, "name", f"{veth}x"])
        try:
            assert attachment.why_not() == "no such interface"
        finally:
            run(["ip", "link", "set", "dev", f"{veth}x", "name", veth])


def test_no_balancer_takes_the_place_of_another_program(veth: str) -> None:
    attach_pass(veth)
    with (
        pytest.raises(Unsupported, match=r"program 'pass' stands there.*xdp off"),
        legacy_at(veth),
    ):
        raise AssertionError


def test_nothing_takes_the_place_of_another_kind_of_program(veth: str) -> None:
    attach_pass(veth)
    with (
        loaded(BPF.parents[1] / "backend/bpf/decap.bpf.o") as decap,
        pytest.raises(Unsupported, match=r"program 'pass' stands there.*xdp off"),
        attached(veth, decap.programs["decap"]),
    ):
        raise AssertionError


def test_no_such_interface() -> None:
    with pytest.raises(Unsupported, match="no such interface"):
        attach_pass("xdp-nowhere")
    with pytest.raises(Unsupported, match="No such device"):
        mtu_of("xdp-nowhere")


def test_what_an_interface_is(veth: str) -> None:
    assert hardware_address(veth).hex(":") == MAC
    assert mtu_of(veth) == 1500


def test_an_object_that_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "broken.bpf.o"
    broken.write_bytes(b"\x7fELF, or not")
    with pytest.raises(Unsupported, match=r"broken\.bpf\.o"), loaded(broken):
        raise AssertionError
