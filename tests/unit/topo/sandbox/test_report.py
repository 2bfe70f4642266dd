"""The pipe between a sandbox and its owner."""

import os

import pytest

from balancer.errors import ConfigError, FrontlabError, Unsupported
from topo.sandbox.report import Report, Reporter


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    report = Report(reader)
    yield Reporter(writer), report
    report.close()
    os.close(writer)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(FrontlabError("two\nlines"), id="plain"),
        pytest.param(ConfigError("worlds/x.toml:3: no"), id="of a file"),
        pytest.param(Unsupported("OVS", "not there", "./provision.sh"), id="feature"),
    ],
)
def test_errors_keep_their_kind_and_words(pipe, error):
    reporter, report = pipe
    reporter.error(error)
    report.read()
    assert type(report.error) is type(error)
    assert str(report.error) == str(error)


def test_the_first_error_is_the_cause(pipe):
    reporter, report = pipe
    reporter.error(FrontlabError("ovsdb-server died"))
    reporter.error(FrontlabError("main lost its switch"))
    report.read()
    assert str(report.error) == "ovsdb-server died"


def test_a_record_in_two_pieces(pipe):
    reporter, report = pipe
    os.write(reporter.descriptor, b'{"exit_')
    report.read()
    assert report.exit_code is None
    os.write(reporter.descriptor, b'code": -9}\n')
    report.read()
    assert report.exit_code == -9


def test_a_child_is_held_by_its_descriptor(pipe):
    reporter, report = pipe
    reporter.started(os.getpid())
    report.read()
    assert report.child is not None
    assert not report.at_end


def test_end():
    reader, writer = os.pipe()
    os.close(writer)
    report = Report(reader)
    report.read()
    assert report.at_end
    report.close()
