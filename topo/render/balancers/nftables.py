"""nftables: each new connection translated to a backend, and to the balancer's address.

The hash of nft_hash over address and port, modulo the number of backends, chooses for
all but `round_robin`, which it has itself; conntrack keeps a flow where it began. It
checks no backend: a dead one keeps its share.
"""

from collections.abc import Iterator
from itertools import accumulate

from topo.world.plan import Host

from .foreign import Backend, Foreign, Program, Served

_FILE = "balancer.nft"
_RULES = """\
table inet balancer {{
  chain choose {{
{rules}
  }}
  chain prerouting {{
    type nat hook prerouting priority dstnat;
    jump choose
  }}
  # What the balancer itself asks of its VIPs.
  chain output {{
    type nat hook output priority -100;
    jump choose
  }}
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    ct status dnat masquerade
  }}
}}
"""
# Packets leave by where they came in, which is no reason to tell their sender so.
_FORWARDING = (
    *("sysctl", "-q", "-w", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"),
    *("net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.eth0.send_redirects=0"),
)


def program(it: Foreign) -> Program:
    """Load the rules, then write down every change of them, for as long as it runs."""
    rules = "\n".join(f"    {rule}" for one in it.served for rule in _rules(it, one))
    load = ("nft", "-f", f"{it.directory}/{_FILE}")
    return Program(
        files={_FILE: _RULES.format(rules=rules)},
        argv=("nft", "monitor"),
        prepare=(_FORWARDING, load),
    )


def _rules(it: Foreign, served: Served) -> Iterator[str]:
    """A rule for each family; it counts the flows that begin."""
    for family, address in zip(("ip", "ip6"), served.addresses, strict=True):
        yield (
            f"{family} daddr {address} tcp dport {served.service.port} counter "
            f"dnat {family} to {_number(family, served)} mod {_total(it.backends)} "
            f"map {{ {_backends(family, it.backends)} }}"
        )


def _number(family: str, served: Served) -> str:
    if served.service.selection == "round_robin":
        return "numgen inc"
    return f"jhash {family} saddr . tcp sport"


def _total(backends: tuple[Backend, ...]) -> int:
    return sum(it.weight for it in backends)


def _backends(family: str, backends: tuple[Backend, ...]) -> str:
    """The numbers of each backend, as many as its weight, in a row."""
    ends = accumulate(it.weight for it in backends)
    return ", ".join(
        f"{_range(end - it.weight, end)} : {_address(family, it.host)}"
        for it, end in zip(backends, ends, strict=True)
        if it.weight
    )


def _range(first: int, end: int) -> str:
    return str(first) if end - first == 1 else f"{first}-{end - 1}"


def _address(family: str, host: Host) -> str:
    return str(host.address4 if family == "ip" else host.address6)
