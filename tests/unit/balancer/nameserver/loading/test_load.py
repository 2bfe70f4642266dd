"""Configurations with files beside them: keys that are made, and all that is wrong."""

import os

import pytest

from balancer.errors import ConfigError
from balancer.nameserver.loading.load import MAX_MISTAKES, check_content, load_content

CONFIG = """
[server]
site = "fra"
listen = ["127.0.0.1"]
cookie_secrets = ["e5e973e5a6b2a43f48e7dc849e37bfcf"]
rate_limit = { per_second = 5, exempt = ["10.0.0.0/8"] }
[[zone]]
name = "gslb.net"
file = "gslb.zone"
dnssec = { key = "gslb.pem" }
"""
ZONE = "@ 60 SOA ns hostmaster 9 2 3 4 5\n@ 60 NS ns\nns 60 A 23.0.0.1\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "dns.toml").write_text(CONFIG)
    (tmp_path / "gslb.zone").write_text(ZONE)
    return tmp_path


def complaints(folder):
    path = folder / "dns.toml"
    with pytest.raises(ConfigError) as caught:
        load_content(path)
    lines = str(caught.value).splitlines()
    return [line.removeprefix(f"{path}: ") for line in lines]


def test_a_key_is_made_once_and_not_by_who_only_looks(folder):
    assert check_content(folder / "dns.toml").zones[0].key is None
    assert not (folder / "gslb.pem").exists()
    keys = [load_content(folder / "dns.toml").zones[0].key for _ in range(2)]
    assert keys[0].dnskey == keys[1].dnskey
    assert (folder / "gslb.pem").stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in folder.iterdir()) == [
        "dns.toml",
        "gslb.pem",
        "gslb.zone",
    ]


def test_what_is_loaded(folder):
    content = load_content(folder / "dns.toml")
    assert content.zones[0].serial == 9
    assert content.identity == "fra"
    assert content.rate_limit.per_second == 5
    assert [str(each) for each in content.rate_limit.exempt] == ["10.0.0.0/8"]
    authority = content.authority(b"other secret....")
    made = authority.cookies.reply(b"c" * 8, "11.1.3.10", 1_800_000_000)
    again = content.authority(b"").cookies.reply(made.data, "11.1.3.10", 1_800_000_000)
    assert again.is_proven


@pytest.mark.parametrize(
    ("name", "octets", "words"),
    [
        pytest.param("gslb.zone", b";\n\xff\n", "gslb.zone:2: ", id="octets"),
        pytest.param(
            "gslb.zone",
            b"a 60 A \x1b\xff\n",
            "gslb.zone:1: not readable: a 60 A ??: ",
            id="no characters",
        ),
        pytest.param(
            "gslb.zone",
            b"a 60 TXT (" + b"x " * 40_000 + b")\n",
            "gslb.zone:1: 'a.gslb.net': 80000 octets in one record, not at most 65535",
            id="long record",
        ),
        pytest.param(
            "gslb.pem", b"no key", "gslb.pem: cannot be used as a key", id="key"
        ),
        pytest.param(
            "gslb.zone", b"a 60 A x\n", "gslb.zone:1: not readable", id="line"
        ),
    ],
)
def test_files_that_are_wrong(folder, name, octets, words):
    (folder / name).write_bytes(octets)
    assert any(words in line for line in complaints(folder))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text, id="byte order mark"),
        pytest.param(lambda text: text.replace(b"\n", b"\r\n"), id="CR LF"),
        pytest.param(lambda text: text.rstrip(b"\n"), id="no last line end"),
        pytest.param(lambda text: text + b"; caf\xe9\n", id="octets in a comment"),
    ],
)
def test_files_of_all_editors(folder, change):
    before = load_content(folder / "dns.toml").zones[0]
    (folder / "gslb.zone").write_bytes(change(ZONE.encode()))
    assert list(load_content(folder / "dns.toml").zones[0].nodes) == list(before.nodes)


def test_any_octets_in_a_text(folder):
    line = b'a 60 TXT "caf\xe9" caf\xe9 "caf\xc3\xa9"\n'
    (folder / "gslb.zone").write_bytes(ZONE.encode() + line)
    zone = load_content(folder / "dns.toml").zones[0]
    [data] = zone.find(b"\1a\4gslb\3net\0").find(16).data
    assert data.octets == b"\4caf\xe9\4caf\xe9\5caf\xc3\xa9"


def test_a_file_that_is_missing(folder):
    (folder / "gslb.zone").unlink()
    assert complaints(folder) == [
        "gslb.zone: cannot be read: No such file or directory"
    ]


def test_not_a_million_mistakes_are_told(folder):
    (folder / "gslb.zone").write_text(ZONE + "a 60 A x\n" * 500)
    told = complaints(folder)
    assert len(told) == MAX_MISTAKES + 1
    assert told[-1] == "more: 400 further mistakes"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("bfcf", "bf", "30 digits, not 32", id="short secret"),
        pytest.param('file = "gslb.zone"\n', "", "serial: missing", id="no SOA"),
        pytest.param("gslb.zone", "a\\u0000", "a?: cannot be read: octet 0", id="NUL"),
        pytest.param("gslb.pem", "pipe", "pipe: cannot be used as a key", id="pipe"),
        pytest.param(
            'site = "fra"\n',
            f'site = "fra"\nidentity = "{"ü" * 128}"\n',
            "server.identity: longer than 255 octets",
            id="identity",
        ),
        pytest.param('["127.0.0.1"]', "1", "server.listen: no list; write", id="list"),
        pytest.param(
            'file = "',
            'serial = 1\nfile = "',
            "the SOA record in 'gslb.zone'",
            id="two",
        ),
        pytest.param(
            "dnssec",
            'transfer = { to = ["11.1.2.99"] }\ndnssec',
            "handed on",
            id="both",
        ),
    ],
)
def test_keys_that_do_not_fit(folder, old, new, words):
    path = folder / "dns.toml"
    path.write_text(CONFIG.replace(old, new))
    os.mkfifo(folder / "pipe")
    assert any(words in line for line in complaints(folder))
