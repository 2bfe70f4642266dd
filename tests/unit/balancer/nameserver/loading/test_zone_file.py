"""Files that zone files include: which may be, and where it is told which may not."""

import os

import pytest

from balancer.errors import ConfigError
from balancer.nameserver.loading.load import load_content
from balancer.nameserver.loading.zone_file import MAX_DEPTH
from balancer.wire.dns.names import name_from_text

CONFIG = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[[zone]]
name = "gslb.net"
file = "zones/gslb.zone"
"""
ZONE = "@ 60 SOA ns hostmaster 9 2 3 4 5\n@ 60 NS ns\nns 60 A 23.0.0.1\n"


class Folder:
    """A configuration with a zone file, and others beside it."""

    def __init__(self, path):
        self.path = path
        self.write("dns.toml", CONFIG)

    def write(self, name, text):
        (self.path / name).parent.mkdir(exist_ok=True, parents=True)
        (self.path / name).write_text(text)

    def load(self, *lines):
        """The zone with some lines more."""
        self.write("zones/gslb.zone", ZONE + "\n".join([*lines, ""]))
        return load_content(self.path / "dns.toml").zones[0]

    def complaints(self, *lines):
        """What is wrong with it."""
        with pytest.raises(ConfigError) as caught:
            self.load(*lines)
        start = f"{self.path / 'dns.toml'}: "
        return [it.removeprefix(start) for it in str(caught.value).splitlines()]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "conf")


def has(zone, name):
    return zone.find(name_from_text(name)) is not None


def test_names_are_relative_to_the_file_that_has_them(folder):
    folder.write("zones/parts/a", "a 60 A 23.0.0.2\n$INCLUDE b\n$INCLUDE ../c\n")
    folder.write("zones/parts/b", "b 60 A 23.0.0.3\n$INCLUDE ../../d.inc\n")
    folder.write("zones/c", "c 60 A 23.0.0.4\n")
    folder.write("d.inc", "d 60 A 23.0.0.5\n")
    zone = folder.load("$INCLUDE parts/a deep")
    for name in "abcd":
        assert has(zone, f"{name}.deep.gslb.net")


def test_names_may_be_absolute_and_have_blanks(folder):
    folder.write("zones/with blank é", "a 60 A 23.0.0.2")
    zone = folder.load(f'$INCLUDE "{folder.path}/zones/with blank é"')
    assert has(zone, "a.gslb.net")


def test_one_file_may_be_included_twice(folder):
    folder.write("zones/hosts", "www 60 A 23.0.0.2\n")
    zone = folder.load("$INCLUDE hosts a", "$INCLUDE hosts b")
    assert has(zone, "www.a.gslb.net")
    assert has(zone, "www.b.gslb.net")


def test_mistakes_are_told_where_they_are(folder):
    folder.write("zones/hosts", "www 60 A 23.0.0.2\nb 60 A x\nns 60 CNAME www\n")
    assert folder.complaints("$INCLUDE hosts") == [
        "zones/hosts:2: not readable: b 60 A x: no address of this family",
        "zones/hosts:3: a CNAME cannot share 'ns.gslb.net' with other records",
    ]


OUTSIDE = "outside of the folders of the zone file and of the configuration; move it"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("none", "none: no such file; name it relative to", id="missing"),
        pytest.param("/etc/passwd", f"/etc/passwd: {OUTSIDE} there", id="absolute"),
        pytest.param("../../secret", f"../../secret: {OUTSIDE} there", id="dots"),
        pytest.param("link", f"link: {OUTSIDE} there", id="link"),
        pytest.param("pipe", "pipe: cannot be read: no regular file", id="pipe"),
        pytest.param("folder", "folder: cannot be read: no regular", id="folder"),
        pytest.param("/dev/zero", f"/dev/zero: {OUTSIDE}", id="device"),
        pytest.param("loop", "loop: no such file", id="links that go round"),
        pytest.param("x" * 300, "cannot be read: File name too long", id="long"),
        pytest.param("a\\000b", "embedded null byte", id="octet 0"),
        pytest.param(
            "gslb.zone",
            "a circle: zones/gslb.zone includes zones/gslb.zone; cut it",
            id="itself",
        ),
    ],
)
def test_files_that_cannot_be_included(folder, name, words):
    folder.write("../secret", "password")
    folder.write("zones/folder/file", "")
    zones = folder.path / "zones"
    (zones / "link").symlink_to(folder.path.parent / "secret")
    (zones / "loop").symlink_to("loop")
    os.mkfifo(zones / "pipe")
    [told] = folder.complaints(f"$INCLUDE {name}")
    assert told.startswith("zones/gslb.zone:4: $INCLUDE ")
    assert words in told


def test_a_circle_is_told_where_it_closes(folder):
    folder.write("zones/a", "\n$INCLUDE b\n")
    folder.write("zones/b", "$INCLUDE ../zones/a\n")
    assert folder.complaints("$INCLUDE a") == [
        "zones/b:1: $INCLUDE ../zones/a: a circle: zones/a includes zones/b "
        "includes zones/../zones/a; cut it"
    ]


def test_too_deep(folder):
    for depth in range(1, MAX_DEPTH + 1):
        folder.write(f"zones/{depth}", f"$INCLUDE {depth + 1}\n")
    folder.write(f"zones/{MAX_DEPTH + 1}", "www 60 A 23.0.0.2\n")
    assert folder.complaints("$INCLUDE 1") == [
        f"zones/{MAX_DEPTH}:1: $INCLUDE {MAX_DEPTH + 1}: "
        f"more than {MAX_DEPTH} files deep; put its lines here"
    ]
    assert has(folder.load("$INCLUDE 2"), "www.gslb.net")


def test_a_zone_file_that_is_a_pipe_is_not_waited_for(folder):
    folder.load()
    (folder.path / "zones" / "gslb.zone").unlink()
    os.mkfifo(folder.path / "zones" / "gslb.zone")
    with pytest.raises(ConfigError, match=r"gslb\.zone: cannot be read: no regular"):
        load_content(folder.path / "dns.toml")
