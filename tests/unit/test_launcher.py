"""The launcher asks for root where a verb needs it, and only there."""

import subprocess
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[2] / "frontlab"
ASKED = f"""
source <(sed -n '/^needs_root/,/^}}/p' {LAUNCHER})
needs_root "$@"
"""


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("", False),
        ("-h", False),
        ("plan duo", False),
        ("list --json", False),
        ("up --help", False),
        ("up duo", True),
        ("doctor", True),
        ("exec --help", False),
        pytest.param("exec fra-home-1 df -h", True, id="help of a command in a host"),
        ("test", True),
        ("test -k maglev", True),
        ("test unit", False),
        ("test unit live", True),
    ],
)
def test_root_is_asked_for_where_it_is_needed(words, needs):
    done = subprocess.run(["/bin/bash", "-c", ASKED, "bash", *words.split()])
    assert (done.returncode == 0) is needs
