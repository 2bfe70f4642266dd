"""Decapsulation by the kernel's gre devices, where it has them: one per balancer.

They are for GRE over IPv4. For the other modes kernels have others (ip6gre, ipip, sit,
fou), of which each is another module that may be missing, takes other packets than its
balancers' unless it is made once more for each, and counts in its own way: those are
taken off by XDP on any kernel.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address
from pathlib import Path

from ..errors import FrontlabError, Unsupported
from .network import ip, ip_batch, write_sysctl
from .strip import Rules

_STATISTICS = Path("/proc/net/dev")


@contextmanager
def gre_devices(rules: Rules) -> Iterator[tuple[str, ...]]:
    """Make a device for each balancer, so that strangers' packets match none.

    Yields the devices' names, for `counters_of`.

    Raises:
        Unsupported: the kernel has no gre device.
    """
    balancers = sorted(b for b in rules.balancers if isinstance(b, IPv4Address))
    names = tuple(f"gre-lb{number}" for number in range(1, len(balancers) + 1))
    # Replies leave by another interface than the requests come in by.
    write_sysctl("ipv4/conf/all/rp_filter", 0)
    with ExitStack() as made:
        for name, balancer in zip(names, balancers, strict=True):
            made.enter_context(_gre_device(name, balancer))
        yield names


def counters_of(names: tuple[str, ...]) -> Mapping[str, int]:
    """Return the packets that the devices decapsulated."""
    received = 0
    for line in _STATISTICS.read_text().splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() in names:
            received += int(numbers.split()[1])  # octets, then packets
    return {"DECAPSULATED": received}


@contextmanager
def _gre_device(name: str, balancer: IPv4Address) -> Iterator[None]:
    try:
        ip("link", "add", name, "type", "gre", "local", "any", "remote", str(balancer))
    except FrontlabError as error:
        raise Unsupported(
            "gre device", str(error), "load ip_gre, or use XDP"
        ) from error
    try:
        write_sysctl(f"ipv4/conf/{name}/rp_filter", 0)
        write_sysctl(f"ipv6/conf/{name}/disable_ipv6", 0)
        ip_batch([f"link set dev {name} up"])
        yield
    finally:
        ip("link", "del", name)
