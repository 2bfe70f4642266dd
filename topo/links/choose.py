"""Which realisation of wide-area links this machine can have, and opening it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from balancer.errors import ConfigError, Unsupported

from ..features.choose import wan_kind
from ..features.kernel import NETEM, probe_kernel
from ..netlink import Netlink
from .backend import WanBackend
from .netem import NetemBackend
from .relay_client import relay_links

KINDS = ("auto", "netem", "relay")


@contextmanager
def open_wan(kind: str = "auto", log: Path | None = None) -> Iterator[WanBackend]:
    """Yield a backend that makes links in this network namespace.

    "auto" is netem where the kernel has it, else the relay. The relay ends with this
    context, and with the thread that opened it; it writes to the file `log`.

    Raises:
        ConfigError: there is no such kind.
        Unsupported: netem is asked for, and the kernel has none.
    """
    if kind not in KINDS:
        raise ConfigError(f"links: {kind!r} is none of {', '.join(KINDS)}")
    chosen = wan_kind() if kind == "auto" else kind
    if chosen == "relay":
        with relay_links(log=log) as relay:
            yield relay
        return
    netem = probe_kernel(NETEM)
    if not netem.found:
        raise Unsupported(netem.name, netem.detail, netem.cure)
    with Netlink() as netlink:
        yield NetemBackend(netlink)
