"""Vagrant accepts the Vagrantfile for every provider that it is written for."""

import os
import subprocess
from pathlib import Path

import pytest
from needs import need_tool

CHECKOUT = Path(__file__).resolve().parents[3]

# Enough of VirtualBox for Vagrant to check its settings, which it refuses to without.
FAKE_VIRTUALBOX = """#!/bin/sh
case "$*" in *--version*|*-v*) echo 7.0.20r163906;; esac
"""


def _validate(folder: Path, home: Path, *words: str, provider: str = "") -> str:
    """Return what `vagrant validate` finds wrong with the Vagrantfile of `folder`."""
    vagrant = need_tool("vagrant")
    tools = home / "bin"
    tools.mkdir(parents=True)
    (tools / "VBoxManage").write_text(FAKE_VIRTUALBOX)
    (tools / "VBoxManage").chmod(0o755)
    settings = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "VAGRANT_HOME": str(home / "home"),
        "VAGRANT_DOTFILE_PATH": str(home / "dot"),
        "VAGRANT_CHECKPOINT_DISABLE": "1",
        "VAGRANT_DEFAULT_PROVIDER": provider,
    }
    if not provider:
        del settings["VAGRANT_DEFAULT_PROVIDER"]
    done = subprocess.run(
        [vagrant, "validate", *words],
        cwd=folder,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr if done.returncode else ""


WAYS = [
    pytest.param(("virtualbox", ()), id="virtualbox"),
    pytest.param(("libvirt", ()), id="libvirt"),
    pytest.param(("", ("--ignore-provider",)), id="any provider"),
]


@pytest.mark.parametrize("way", WAYS)
def test_vagrant_accepts(way, tmp_path):
    provider, words = way
    assert _validate(CHECKOUT, tmp_path, *words, provider=provider) == ""


@pytest.mark.parametrize(
    ("provider", "right", "wrong"),
    [
        pytest.param("virtualbox", "machine.memory", "machine.memroy", id="virtualbox"),
        pytest.param("libvirt", "machine.cpus", "machine.cups", id="libvirt"),
        pytest.param("libvirt", '"provision.sh"', '"provison.sh"', id="script"),
    ],
)
def test_the_check_finds_a_mistake(provider, right, wrong, tmp_path):
    text = (CHECKOUT / "Vagrantfile").read_text()
    assert right in text
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "Vagrantfile").write_text(text.replace(right, wrong))
    (folder / "provision.sh").write_text("#!/bin/sh\n")
    assert wrong.rpartition(".")[2].strip('"') in _validate(
        folder, tmp_path / "home", provider=provider
    )
