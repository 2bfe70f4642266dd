"""Flows that last, and tell who answers them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from live.vip.site import Site

# Of so many, all go to one of two backends once in 10^7 times.
MANY = 24

# Flows that say a line now and then, and hear of their server each time: "asked" lines
# on its standard input, answers or failures on its standard output.
TALKERS = """
import http.client, sys
vip, count = sys.argv[1], int(sys.argv[2])
flows = [http.client.HTTPConnection(vip, 80, timeout=20) for _ in range(count)]
for flow in flows:
    flow.connect()
    flow.auto_open = 0
for _ in sys.stdin:
    said = []
    for flow in flows:
        try:
            flow.request("GET", "/")
            said.append(flow.getresponse().read().decode())
        except (OSError, http.client.HTTPException) as error:
            said.append(type(error).__name__)
    print(" ".join(said), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Talkers:
    process: subprocess.Popen[str]

    def ask(self) -> list[str]:
        """Have each flow say something; return who answered each."""
        assert self.process.stdin and self.process.stdout
        print(file=self.process.stdin, flush=True)
        return self.process.stdout.readline().split()


@contextmanager
def talking(site: Site, vip: str, count: int) -> Iterator[Talkers]:
    argv = site.argv("cl", sys.executable, "-c", TALKERS, vip, str(count))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(argv, text=True, **pipes) as process:
        yield Talkers(process)
        assert process.stdin
        process.stdin.close()
