"""`python -m controller`: arguments, status socket and readiness around the app."""

import argparse
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Any

from balancer.errors import ConfigError, FrontlabError
from balancer.ready import announce
from balancer.status import status_socket
from balancer.text_file import read_text
from balancer.unix_socket import listen_at

from .app import App
from .core import Core
from .fabric import from_json
from .messages import Messages
from .seam import FRAMEWORKS, Door, load_framework, serve

STATUS_USAGE = 2
STATUS_FAILURE = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run the controller until a signal; return the exit status."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("frontlab").setLevel(logging.INFO)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    try:
        _run(options)
    except FrontlabError as error:
        print(f"frontlab-controller: {error}", file=sys.stderr)
        return STATUS_USAGE if isinstance(error, ConfigError) else STATUS_FAILURE
    except SystemExit:
        pass
    return 0


def _run(options: argparse.Namespace) -> None:
    fabric = from_json(read_text(options.fabric), str(options.fabric))
    address = _address(options.listen)
    framework = load_framework(options.framework)
    app = App(Core(fabric), Messages(framework), lambda: announce(options.notify_fd))

    def snapshot() -> dict[str, Any]:
        return {"framework": framework.name, **app.snapshot()}

    with ExitStack() as stack:
        if options.status is not None:
            stack.enter_context(status_socket(options.status, snapshot))
        door = None
        if options.control is not None:
            place = _free(options.control)
            stack.callback(place.unlink, missing_ok=True)
            door = Door(place, app.on_said)
        serve(framework, app.handlers(), address, door)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m controller")
    add = parser.add_argument
    add("--fabric", type=Path, required=True, metavar="FILE", help="JSON of the fabric")
    add("--listen", default="127.0.0.1:6653", metavar="HOST:PORT", help="for switches")
    add("--framework", choices=FRAMEWORKS, default=FRAMEWORKS[0])
    add("--control", type=Path, metavar="SOCKET", help="where members withdraw")
    add("--status", type=Path, metavar="SOCKET", help="where its state is told")
    add("--notify-fd", type=int, metavar="N", help="gets a newline once it is ready")
    return parser


def _address(text: str) -> tuple[str, int]:
    """Return host and port, after trying them: the framework would only log it."""
    host, _, port = text.rpartition(":")
    try:
        loopback = ip_address(host).is_loopback
        address = host, int(port)
    except ValueError as error:
        raise ConfigError(f"--listen {text}: {error}") from error
    if not loopback:
        # Both frameworks' parsers can be sent into endless loops by a peer.
        raise ConfigError(f"--listen {text}: only loopback is safe")
    try:
        socket.create_server(address).close()
    except (OSError, OverflowError) as error:
        raise FrontlabError(f"cannot listen on {text}: {error}") from error
    return address


def _free(path: Path) -> Path:
    """Return where there can be a socket, after trying it.

    The framework takes a path in no folder for a host's name.
    """
    listen_at(path, 1).close()
    path.unlink()
    return path.resolve()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    status = main()
    sys.stderr.flush()
    # The framework's threads never end by themselves: do not wait for them.
    os._exit(status)
