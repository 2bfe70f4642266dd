"""Processes: started with a log, told apart when they die, quiet when expected."""

import os
import subprocess
import sys

import pytest

from topo.lab.supervisor import DeadRole, Supervisor
from topo.wait import until


def _python(code):
    return [sys.executable, "-S", "-c", code]


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(tmp_path / "log")
    yield made
    for role in made.roles.values():
        role.process.kill()
        role.process.wait()


def test_a_dead_role_is_told_with_status_and_last_words(supervisor):
    supervisor.start("bind", _python("print('no root hints'); raise SystemExit(3)"))
    dead = until("the death of bind", supervisor.dead)
    assert dead == (DeadRole("bind", "", 3, "no root hints"),)
    assert "bind died (status 3)" in str(dead[0])


def test_a_ctrl_c_at_the_terminal_does_not_reach_it(supervisor):
    role = supervisor.start("bind", _python("input()"))
    assert os.getpgid(role.process.pid) != os.getpgid(0)


def test_an_expected_end_is_no_death(supervisor):
    role = supervisor.start("bind", _python("pass"))
    supervisor.expect_end("bind")
    role.process.wait()
    assert supervisor.dead() == ()


def test_the_ready_descriptor_reaches_the_program(supervisor):
    code = "import os, sys; os.write(int(sys.argv[-1]), b'\\n')"
    role = supervisor.start("dns", _python(code), notify=True)
    assert os.read(role.notify, 1) == b"\n"
    os.close(role.notify)


def test_a_program_that_ends_unready_closes_the_descriptor(supervisor):
    role = supervisor.start("dns", _python("pass"), notify=True)
    assert os.read(role.notify, 1) == b""
    os.close(role.notify)


def test_what_was_adopted_is_left_to_whom_it_belongs(supervisor):
    """Links are taken down by the relay that was adopted, after the roles' end."""
    own = supervisor.start("bind", _python("input()")).process
    with subprocess.Popen(_python("input()"), stdin=subprocess.PIPE) as relay:
        supervisor.adopt("relay", relay)
        supervisor.end()
        assert own.returncode is not None and relay.poll() is None
        relay.kill()
    assert supervisor.dead() == ()
