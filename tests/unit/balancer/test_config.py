"""Configuration files: all mistakes at once, each with its place."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

import pytest

from balancer.config import (
    AnyAddress,
    Seconds,
    Table,
    parse_config,
    parse_toml,
    read_config,
)
from balancer.errors import ConfigError
from balancer.text_file import read_text


class Backend(Table):
    name: str
    address: AnyAddress
    weight: int = 1


class Health(Table):
    kind: Literal["http", "tcp"] = "tcp"
    interval: Seconds = 1.0


class File(Table):
    pool: dict[str, list[Backend]] = {}  # noqa: RUF012 - pydantic copies it
    health: Health | None = None


RIGHT = """
health.interval = "500 ms"
[[pool.www]]
name = "be1"
address = "2a11::1"
"""

WRONG = """
helth = 1
[health]
kind = "htp"
interval = 5
intervall = "5 s"
[[pool.www]]
name = "be1"
adress = "11.1.1.1"
address = "11.1.1"
[[pool.www]]
address = "11.1.1.2"
weight = "much"
"""


def test_reads_what_is_right():
    file = parse_config(RIGHT, "f.toml", File)
    assert file.health == Health(interval="500 ms")
    [backend] = file.pool["www"]
    assert backend.address == ip_address("2a11::1")


def test_tells_all_mistakes_with_place_and_cure():
    with pytest.raises(ConfigError) as caught:
        parse_config(WRONG, "f.toml", File)
    assert sorted(str(caught.value).splitlines()) == sorted(
        [
            'f.toml: helth: unknown key (did you mean "health"?)',
            "f.toml: health.kind: 'htp' is not one of http, tcp"
            ' (did you mean "http"?)',
            "f.toml: health.interval: 5 has no unit;"
            ' write it as "5 s" (or us, ms, s, min, h, d)',
            'f.toml: health.intervall: unknown key (did you mean "interval"?)',
            "f.toml: pool.www[0].address: '11.1.1' is no IPv4 or IPv6 address",
            'f.toml: pool.www[0].adress: unknown key (did you mean "address"?)',
            "f.toml: pool.www[1].name: missing",
            "f.toml: pool.www[1].weight: Input should be a valid integer,"
            " unable to parse string as an integer",
        ]
    )


def test_says_where_it_is_not_toml():
    with pytest.raises(ConfigError, match=r"f\.toml: not TOML: .*line 1"):
        parse_config("a b", "f.toml", File)


def test_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_config(tmp_path / "gone.toml", File)
    told = f"{tmp_path}/gone.toml: cannot be read: No such file or directory"
    assert str(caught.value) == told


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "marked.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert parse_toml(read_text(path), "marked.toml") == {"a": 1}


def test_what_is_not_text_is_told(tmp_path):
    path = tmp_path / "octets.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"octets\.toml: not UTF-8 text"):
        read_text(path)


def test_values_that_are_nested_too_deep_are_told():
    with pytest.raises(ConfigError, match="values are nested too deep"):
        parse_config(f"a = {'[' * 9000}", "f.toml", File)


def test_a_file_without_end_is_told(monkeypatch):
    monkeypatch.setattr("balancer.text_file.TEXT_MAX", 1 << 20)
    with pytest.raises(ConfigError, match="/dev/zero: too long"):
        read_config(Path("/dev/zero"), File)
