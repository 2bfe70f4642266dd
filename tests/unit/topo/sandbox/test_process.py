"""Main's manners: exit statuses, and one interrupt for one Ctrl-C."""

import os
import signal
import sys

import pytest

from balancer.errors import ConfigError
from topo.sandbox.process import _Interrupt, fork_main
from topo.sandbox.report import Report, Reporter


def interrupted():
    os.kill(os.getpid(), signal.SIGINT)
    return 0


def leaves():
    sys.exit(5)


def complains():
    raise ConfigError("duo.toml:1: no")


@pytest.mark.parametrize(
    ("main", "exit_code", "error"),
    [
        pytest.param(lambda: 7, 7, "None", id="returns"),
        pytest.param(leaves, 5, "None", id="exits"),
        pytest.param(interrupted, 130, "None", id="Ctrl-C"),
        pytest.param(complains, 1, "duo.toml:1: no", id="error"),
    ],
)
def test_main_ends(main, exit_code, error):
    reader, writer = os.pipe()
    pid = fork_main(main, Reporter(writer), ())
    os.close(writer)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    report = Report(reader)
    report.read()
    assert (status, str(report.error)) == (exit_code, error)
    report.close()


def test_two_signals_of_one_ctrl_c():
    interrupt = _Interrupt()
    with pytest.raises(KeyboardInterrupt):
        interrupt(signal.SIGINT, None)
    interrupt(signal.SIGINT, None)
