"""What compiled BPF objects say of themselves, and of the sources beside them."""

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from needs import need_tool

_OTHERS = re.compile(r'^#include "(\.\./.*)"$', re.M)
_ABSOLUTE = re.compile(rb"\0/(?!usr/)[^\0]*\.[ch]\0")


def described(program: Path, name: str) -> tuple[int, list[int]]:
    """Return a struct's size and its members' starts, as the object's BTF has them."""
    argv = [need_tool("bpftool"), "btf", "dump", "-j", "file", program]
    done = subprocess.run(argv, check=True, capture_output=True)
    types: list[dict[str, Any]] = json.loads(done.stdout)["types"]
    (found,) = (t for t in types if t["kind"] == "STRUCT" and t["name"] == name)
    starts = [member["bits_offset"] // 8 for member in found["members"]]
    return found["size"], starts


def assert_built_from_sources(folder: Path) -> None:
    """Fail when an object in `folder` is missing, older than its sources or of a place.

    Lines that name where sources lay would make an object differ by who built it.
    """
    recorded = (folder / "SOURCES.sha256").read_text().splitlines()
    sources = sorted([*folder.glob("*.c"), *folder.glob("*.h")])
    names = {f"./{source.name}" for source in sources}
    for source in sources:
        names |= set(_OTHERS.findall(source.read_text()))
    found = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}"
        for name in names
    ]
    assert sorted(recorded) == sorted(found), "run balancer/kernel/bpf/build.sh"
    for source in (s for s in sources if s.suffix == ".c"):
        assert not _ABSOLUTE.search(source.with_suffix(".o").read_bytes()), source.name
