"""Standard streams that are closed, full or without a reader."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]

PROGRAM = """
import sys
from experiments.cli.streams import OutputLost, guarded
try:
    with guarded():
        print("an answer ‰", flush={flush})
        print("told", file=sys.stderr)
        sys.exit(5)
except OutputLost as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


def ended(redirection, flush=False, descriptors=(), encoding="utf-8"):
    """Run the program through a shell's redirection; return status and last words."""
    program = PROGRAM.format(flush=flush)
    command = f'"$0" -B -c "$1" {redirection}'
    done = subprocess.run(
        ["/bin/bash", "-c", command, sys.executable, program],
        capture_output=True,
        text=True,
        pass_fds=descriptors,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("redirection", "status", "said"),
    [
        pytest.param("", 5, "told\n", id="all well"),
        pytest.param("<&-", 5, "told\n", id="no input"),
        pytest.param("2>&-", 5, "", id="no errors"),
        pytest.param("2>/dev/full", 5, "", id="errors full"),
        pytest.param(
            ">&-", 1, "standard output is closed (try >/dev/null)\n", id="no output"
        ),
        pytest.param("<&- >&- 2>&-", 1, "", id="nothing"),
        pytest.param(
            ">/dev/full",
            1,
            "told\nstandard output: No space left on device\n",
            id="output full at the end",
        ),
    ],
)
def test_a_stream_that_fails(redirection, status, said):
    assert ended(redirection) == (status, said)


def test_output_that_is_full_at_once():
    assert ended(">/dev/full", flush=True) == (
        1,
        "standard output: No space left on device\n",
    )


def test_output_that_nobody_reads_ends_quietly_as_in_a_shell():
    reader, writer = os.pipe()
    os.close(reader)
    assert ended(f">&{writer}", descriptors=[writer], flush=True) == (141, "")
    os.close(writer)


def test_what_the_encoding_lacks_is_written_as_an_escape(tmp_path):
    told = tmp_path / "told"
    assert ended(f">{told}", encoding="ascii") == (5, "told\n")
    assert told.read_text() == "an answer \\u2030\n"
