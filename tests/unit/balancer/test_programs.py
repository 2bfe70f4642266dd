"""The dispatcher, the common options, and the checker of files."""

import json
import os
from pathlib import Path

import pytest

from balancer.__main__ import main
from balancer.errors import FrontlabError, Unsupported
from balancer.options import Options, parse_options
from balancer.ready import announce
from balancer.status import status_socket
from balancer.vip.agent import TOOLS
from balancer.vip.tunnel.egress import tunnelling

RIGHT = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
record = [{ name = "gslb.net", type = "NS", value = "ns.gslb.net" }]
"""


def check(tmp_path, text):
    path = tmp_path / "some.toml"
    path.write_text(text)
    return main(["check", "--config", str(path)])


def test_a_right_file(tmp_path, capsys):
    assert check(tmp_path, RIGHT) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(RIGHT.replace("fra", "fra\n"), "not TOML: ", id="no TOML"),
        pytest.param("[sever]", "of no known program", id="unknown"),
        pytest.param(RIGHT + "colour = 1", "zone[0].colour: unknown", id="wrong"),
    ],
)
def test_a_wrong_file(tmp_path, capsys, text, words):
    assert check(tmp_path, text) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("frontlab-check: ")
    assert words in err


@pytest.mark.parametrize("argv", [[], ["dsn"]], ids=["nothing", "unknown"])
def test_usage(capsys, argv):
    assert main(argv) == 2
    assert "{dns,ds,vip,backend,announce,check}" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_names_programs_and_tools(capsys, word):
    assert main([word]) == 0
    told = capsys.readouterr()
    assert f"vip {{{','.join(TOOLS)}}}" in told.out and not told.err


@pytest.mark.parametrize("name", TOOLS)
def test_tools_of_the_balancer_are_there(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["vip", name, "--help"])
    assert ended.value.code == 0
    assert f"vip {name}" in capsys.readouterr().out


def test_the_status_of_a_program_is_printed(tmp_path, capsys):
    path = tmp_path / "status"
    with status_socket(path, lambda: {"site": "fra"}):
        assert main(["status", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {"site": "fra"}


def test_a_program_that_does_not_run_has_no_status(tmp_path, capsys):
    assert main(["status", str(tmp_path / "none")]) == 1
    told = capsys.readouterr()
    assert told.err.startswith(f"frontlab-status: {tmp_path / 'none'}: no status: ")
    assert not told.out


def test_options():
    argv = ["--config", "a.toml", "--notify-fd", "7", "--status", "/run/s"]
    assert parse_options("dns", argv) == Options(Path("a.toml"), 7, Path("/run/s"))
    assert parse_options("dns", argv[:2]) == Options(Path("a.toml"), None, None)
    argv[2:] = ["--control", "/run/c"]
    told = Options(Path("a.toml"), None, None, Path("/run/c"))
    assert parse_options("vip", argv, takes_orders=True) == told


def test_readiness_is_a_newline_and_the_end(tmp_path):
    reading, writing = os.pipe()
    announce(writing)
    announce(None)
    with os.fdopen(reading, "rb") as told:
        assert told.read() == b"\n"


def test_a_descriptor_that_nobody_gave_is_told():
    reading, writing = os.pipe()
    os.close(reading)
    os.close(writing)
    with pytest.raises(FrontlabError, match=rf"^--notify-fd {writing}: Bad file desc"):
        announce(writing)


def test_an_interface_that_is_not_there_is_told_as_such():
    with pytest.raises(Unsupported) as caught, tunnelling("no-such"):
        raise AssertionError
    told = "programs at the way out of no-such: no such interface"
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("program", "option"),
    [
        pytest.param("dns", "--control", id="no orders"),
        pytest.param("check", "--status", id="no state"),
        pytest.param("ds", "--notify-fd", id="nobody waits"),
    ],
)
def test_an_option_that_a_program_does_nothing_with_is_refused(
    program, option, tmp_path, capsys
):
    with pytest.raises(SystemExit) as ended:
        main([program, "--config", str(tmp_path / "a.toml"), option, "7"])
    assert ended.value.code == 2
    assert f"unrecognized arguments: {option}" in capsys.readouterr().err
