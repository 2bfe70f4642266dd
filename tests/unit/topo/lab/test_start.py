"""Starting roles: files first, and a missing program told before anything runs."""

import sys

import pytest

from balancer.errors import Unsupported
from topo.lab.errors import LabError
from topo.lab.roles import RoleSpec
from topo.lab.rtt import MeasuredLink
from topo.lab.start import refuse_unfaithful, start
from topo.lab.supervisor import Supervisor
from topo.run import CommandError


def test_a_role_finds_its_files(tmp_path):
    file = tmp_path / "role" / "conf"
    code = f"print(open({str(file)!r}).read())"
    spec = RoleSpec("reader", "", (sys.executable, "-c", code), {file: "said so"})
    role = start(Supervisor(tmp_path / "log"), spec)
    assert role.process.wait(10) == 0
    assert role.log_tail() == "said so"


def test_what_prepares_a_role_is_done_before_it(tmp_path):
    file = tmp_path / "made"
    make = ("touch", str(file))
    code = f"import os; print(os.path.exists({str(file)!r}))"
    argv = (sys.executable, "-c", code)
    role = start(
        Supervisor(tmp_path / "log"), RoleSpec("it", "", argv, prepare=(make,))
    )
    assert role.process.wait(10) == 0
    assert role.log_tail() == "True"


def test_what_fails_to_prepare_a_role_is_told(tmp_path):
    spec = RoleSpec("it", "", (sys.executable,), prepare=(("false",),))
    with pytest.raises(CommandError, match="false: status 1"):
        start(Supervisor(tmp_path), spec)


def test_a_missing_program_is_named_with_its_cure(tmp_path):
    supervisor = Supervisor(tmp_path)
    with pytest.raises(Unsupported, match=r"kresd-9: .*installed \(./provision.sh\)"):
        start(supervisor, RoleSpec("sin-knot", "sin-knot", ("kresd-9", "-c")))
    assert supervisor.roles == {}


def test_links_that_lie_are_refused_by_name():
    links = [MeasuredLink("fra", "iad", 40, 40.5), MeasuredLink("iad", "nrt", 90, 99)]
    with pytest.raises(LabError, match="1 of 2 site pairs") as caught:
        refuse_unfaithful(links)
    assert "iad - nrt: asked 90.0 ms, measured 99.0" in str(caught.value)
    assert "fra" not in str(caught.value)


def test_of_many_pairs_the_worst_are_told():
    links = [MeasuredLink(f"s{n}", "x", 10.0, 20.0 + n) for n in range(700)]
    with pytest.raises(LabError) as caught:
        refuse_unfaithful(links)
    head, first, *others = str(caught.value).splitlines()
    assert head.startswith("700 of 700 site pairs miss")
    assert first == "  s699 - x: asked 10.0 ms, measured 719.0"
    assert len(others) < 20
