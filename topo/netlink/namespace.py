"""Named network namespaces without a process in them, as `ip netns` has them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balancer.errors import FrontlabError
from topo.sandbox.syscalls import (
    CLONE_NEWNET,
    MS_BIND,
    THREAD_NETNS,
    inside_netns,
    mount,
    unmount,
    unshare,
)

from .requests import up
from .rtnl import Netlink

FOLDER = Path("/run/netns")

IPV6_DEFAULTS = Path("/proc/sys/net/ipv6/conf/default")

# Nothing speaks IPv6 on its own accord: no link-local address with the discovery
# and multicast reports that come with one, no router solicitation, no address that
# must wait for duplicate detection. What is configured works at once.
QUIET_IPV6 = {
    "accept_ra": "0",
    "accept_dad": "0",
    "addr_gen_mode": "1",
    "router_solicitations": "0",
}
NO_IPV6 = {"disable_ipv6": "1"}


@dataclass(frozen=True, slots=True)
class Namespace:
    """A named network namespace, and a routing socket inside it."""

    name: str
    descriptor: int
    netlink: Netlink

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Have this thread in the namespace: sockets made here belong to it."""
        with inside_netns(self.descriptor):
            yield

    def close(self) -> None:
        """Give the descriptors back; the namespace lives on under its name."""
        self.netlink.close()
        os.close(self.descriptor)


def create_netns(name: str) -> Namespace:
    """Create the namespace /run/netns/NAME with loopback up and IPv6 quiet.

    Raises:
        FrontlabError: there is one of that name.
    """
    path = FOLDER / name
    FOLDER.mkdir(exist_ok=True)
    try:
        path.touch(mode=0o444, exist_ok=False)
    except FileExistsError as error:
        raise FrontlabError(f"network namespace {name}: it exists") from error
    with _home():
        unshare(CLONE_NEWNET)
        mount(THREAD_NETNS, str(path), flags=MS_BIND)
        quieten_ipv6()
        namespace = _here(name)
    namespace.netlink.send([up("lo")])
    return namespace


def open_netns(name: str) -> Namespace:
    """Open the namespace /run/netns/NAME.

    Raises:
        FrontlabError: there is none of that name.
    """
    descriptor = _open(name)
    with inside_netns(descriptor):
        return Namespace(name, descriptor, Netlink())


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Have this thread in the namespace /run/netns/NAME.

    Sockets made here go on belonging to it afterwards.
    """
    descriptor = _open(name)
    try:
        with inside_netns(descriptor):
            yield
    finally:
        os.close(descriptor)


def delete_netns(name: str) -> None:
    """Take the name away; the namespace ends with its last process and socket."""
    unmount(str(FOLDER / name))
    (FOLDER / name).unlink()


def quieten_ipv6(settings: dict[str, str] | None = None) -> None:
    """Apply `settings` to links yet to be made in this thread's namespace."""
    if not IPV6_DEFAULTS.is_dir():
        return  # A kernel booted with ipv6.disable=1 is as quiet as can be.
    for key, value in (settings or QUIET_IPV6).items():
        (IPV6_DEFAULTS / key).write_text(value)


def _open(name: str) -> int:
    try:
        return os.open(FOLDER / name, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise FrontlabError(f"network namespace {name}: there is none") from error


def _here(name: str) -> Namespace:
    return Namespace(name, os.open(THREAD_NETNS, os.O_RDONLY | os.O_CLOEXEC), Netlink())


@contextmanager
def _home() -> Iterator[None]:
    """Return to the present network namespace at the end."""
    home = os.open(THREAD_NETNS, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with inside_netns(home):
            yield
    finally:
        os.close(home)
