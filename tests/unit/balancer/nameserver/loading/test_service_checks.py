"""What is wrong with services by themselves, and maps that are no files."""

import os

import pytest

from balancer.errors import ConfigError
from balancer.nameserver.loading.guidance import MAX_STEERING, read_steering
from balancer.nameserver.loading.load import check_content
from balancer.nameserver.loading.service_checks import MAX_ADDRESSES

CONFIG = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 7
ttl = "1 h"
negative_ttl = "5 s"
record = [{ name = "gslb.net", type = "NS", value = "ns.elsewhere.net" }]
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "static"
site = [
  { name = "fra", addresses = ["23.0.1.80"] },
  { name = "iad", addresses = ["23.0.2.80"] },
]
[map]
file = "networks.map"
rtt_ms.fra = { fra = 0.5, iad = 88.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5 }
"""
STEERING = "version = 5\nsites.fra.healthy = false\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "networks.map").write_text("11.0.0.0/8 fra\n")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.mmdb")
    return tmp_path


def complaints(folder, *changes):
    text = CONFIG
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "dns.toml"
    path.write_text(text)
    try:
        check_content(path)
    except ConfigError as error:
        lines = str(error).splitlines()
        return [line.replace(f"{folder}/", "").partition(": ")[2] for line in lines]
    return []


MANY = ", ".join(f'"10.0.{i >> 8}.{i & 255}"' for i in range(MAX_ADDRESSES))
SITE = "zone[0].service[0].site"
NEAREST = ('"static"', '"nearest"')


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param([], [], id="good"),
        pytest.param(
            [('"static"', '"weighted"'), ('"iad",', '"iad", weight = 1e308,')],
            [f"{SITE}[1].weight: Input should be less than or equal to 1000000000"],
            id="weights whose sum has no end",
        ),
        pytest.param(
            [NEAREST, ('["23.0.1.80"]', '["23.0.1.80", "23.0.1.80"]')],
            [f"{SITE}[0].addresses[1]: the same as {SITE}[0].addresses[0]"],
            id="an address twice",
        ),
        pytest.param(
            [("23.0.2.80", "23.0.1.80")],
            [f"{SITE}: 23.0.1.80 is of 'fra' and of 'iad'; remove one"],
            id="an address of two sites in one answer",
        ),
        pytest.param(
            [NEAREST, ("23.0.2.80", "23.0.1.80")], [], id="an address of two sites"
        ),
        pytest.param(
            [('"23.0.2.80"', MANY)],
            [f"{SITE}: 1001 addresses, not at most 1000"],
            id="addresses",
        ),
        pytest.param(
            [("networks.map", "pipe")],
            ["pipe: cannot be read: no regular file"],
            id="pipe",
        ),
        pytest.param(
            [("networks.map", "pipe.mmdb")],
            ["pipe.mmdb: cannot be read: no regular file"],
            id="pipe for MaxMind's reader",
        ),
        pytest.param(
            [("networks.map", "a\\u0000")],
            ["a?: cannot be read: embedded null byte"],
            id="octet 0",
        ),
    ],
)
def test_mistakes(folder, changes, told):
    assert complaints(folder, *changes) == told


def test_a_map_of_any_editor(folder):
    (folder / "networks.map").write_bytes(b"\xef\xbb\xbf11.0.0.0/8\tfra\r\n")
    assert complaints(folder) == []


def test_a_steering_map_that_would_stop_who_answers(folder):
    with pytest.raises(ConfigError, match="pipe: cannot be read: no regular file"):
        read_steering(folder / "pipe")
    path = folder / "steering.toml"
    path.write_bytes(b"\xef\xbb\xbf" + STEERING.encode())
    assert read_steering(path).version == 5
    path.write_text(STEERING + "#" * MAX_STEERING)
    with pytest.raises(ConfigError, match=r"steering.toml: too long \(at most 1 MiB\)"):
        read_steering(path)
