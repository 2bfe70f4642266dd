"""Having backends ask for segments as long as links carry, tunnel or not."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topo.lab.lab import Lab

MTU = 1500
HEADERS = {4: 20 + 20, 6: 40 + 20}  # of IP and TCP, without options


@contextmanager
def full_segments(lab: "Lab", backends: Iterable[str]) -> Iterator[None]:
    """Advertise an MSS without room for a tunnel until exit.

    What comes then does not fit, so that balancers have to say so.
    """
    with ExitStack() as stack:
        for backend in backends:
            for version in HEADERS:
                stack.enter_context(_full_segments(lab, backend, version))
        yield


@contextmanager
def _full_segments(lab: "Lab", backend: str, version: int) -> Iterator[None]:
    route = lab.run(backend, ["ip", f"-{version}", "route", "show", "default"]).stdout
    words = route.split()
    replace = ["ip", f"-{version}", "route", "replace"]
    lab.run(backend, [*replace, *with_mss(words, MTU - HEADERS[version])])
    try:
        yield
    finally:
        lab.run(backend, [*replace, *words])


def with_mss(words: list[str], mss: int) -> list[str]:
    """Return a route's words with another MSS to be advertised."""
    if "advmss" in words:
        place = words.index("advmss")
        words = words[:place] + words[place + 2 :]
    return [*words, "advmss", str(mss)]
