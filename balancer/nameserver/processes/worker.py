"""One of several processes that answer: started by `Workers`, and by nobody else."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from ...errors import FrontlabError
from ...status import status_socket
from ...stopping import stop_signals
from ..content.content import Content
from .control import take_over, tell_ready
from .service import Service
from .serving import answering, earliest, serve

NAME = "balancer.nameserver.processes.worker"


def command(number: int, control: int, status: Path) -> list[str]:
    """Return the command of a worker that inherits the descriptor `control`."""
    return [sys.executable, "-m", NAME, str(number), str(control), str(status)]


def main(argv: Sequence[str]) -> int:
    """Answer until SIGTERM, or until the other side of the control socket is gone."""
    number, descriptor, place = argv
    with ExitStack() as running:
        signals = running.enter_context(stop_signals((signal.SIGTERM,)))
        selector = running.enter_context(DefaultSelector())
        control = running.enter_context(socket.socket(fileno=int(descriptor)))
        service = Service(*_first(control, number == "0"), selector)
        running.enter_context(closing(service))
        idle = running.enter_context(answering(service, selector))
        use = partial(_use_next, control, service, number == "0")
        selector.register(control, EVENT_READ, use)
        running.enter_context(status_socket(Path(place), service.snapshot))
        tell_ready(control)
        # Who has started this one loads anew for all.
        poll = partial(service.guidance.poll, lambda: None)
        timer = partial(earliest, idle, service.notifier.expire, poll)
        serve(selector, timer, signals, lambda: None)
    return 0


def _first(control: socket.socket, is_teller: bool) -> tuple[Content, bytes]:
    taken = take_over(control)
    if taken is None:
        raise FrontlabError("no configuration")
    content, secret = taken
    return content if is_teller else content.untold(), secret


def _use_next(control: socket.socket, service: Service, is_teller: bool) -> None:
    taken = take_over(control)
    if taken is None:
        os.kill(os.getpid(), signal.SIGTERM)
        return
    content, _ = taken
    service.use(content if is_teller else content.untold())


if __name__ == "__main__":
    logging.basicConfig(format=f"frontlab-dns: worker {sys.argv[1]}: %(message)s")
    try:
        sys.exit(main(sys.argv[1:]))
    except FrontlabError as error:
        logging.getLogger("frontlab-dns").error("%s", error)
        sys.exit(1)
