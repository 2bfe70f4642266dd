"""The guest is another kernel, with the checkout and the modules in place."""

from pathlib import Path

import pytest

from topo.run import run


@pytest.mark.parametrize("module", ["sch_netem", "openvswitch", "ip_gre", "veth"])
def test_has_the_module(module):
    run(["modprobe", module])
    assert Path(f"/sys/module/{module}").is_dir()


def test_is_user_mode_linux():
    assert "User Mode Linux" in Path("/proc/cpuinfo").read_text()
