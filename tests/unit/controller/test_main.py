import json
import signal
import socket

import pytest

from controller.__main__ import main

ENDING = (signal.SIGINT, signal.SIGTERM)
EMPTY = json.dumps({"routers": [], "wires": [], "hosts": [], "anycasts": []})


@pytest.fixture(autouse=True)
def handlers_as_before():
    """Undo the signal handlers of a program that ends with its process otherwise."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("text", "listen", "said"),
    [
        pytest.param("{", "127.0.0.1:6653", ":1: not JSON: ", id="fabric"),
        pytest.param(
            EMPTY, "0.0.0.0:6653", "only loopback is safe", id="all addresses"
        ),
        pytest.param(EMPTY, "127.0.0.1:x", "--listen 127.0.0.1:x: invalid", id="port"),
        pytest.param(EMPTY, "6653", "--listen 6653: ", id="no host"),
    ],
)
def test_a_wrong_setting_is_one_line_and_status_2(tmp_path, capsys, text, listen, said):
    path = tmp_path / "fabric.json"
    path.write_text(text)
    assert main(["--fabric", str(path), "--listen", listen]) == 2
    line = capsys.readouterr().err
    assert line.startswith("frontlab-controller: ")
    assert line.count("\n") == 1
    assert said in line


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["--fabric", str(tmp_path / "none.json")]) == 2
    assert "none.json: cannot be read: " in capsys.readouterr().err


def test_an_address_that_is_taken(tmp_path, capsys):
    path = tmp_path / "fabric.json"
    path.write_text(EMPTY)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["--fabric", str(path), "--listen", listen]) == 1
    assert f"cannot listen on {listen}: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["none/control", "kept"])
def test_a_place_for_no_control_socket(tmp_path, capsys, name):
    fabric, kept = tmp_path / "fabric.json", tmp_path / "kept"
    fabric.write_text(EMPTY)
    kept.write_text("kept")
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    words = ["--fabric", str(fabric), "--listen", listen]
    assert main([*words, "--control", str(tmp_path / name)]) == 1
    assert f"{tmp_path / name}: no socket: " in capsys.readouterr().err
    assert kept.read_text() == "kept"
