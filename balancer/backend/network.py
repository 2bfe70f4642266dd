"""The backend's addresses and routes, through iproute2; each step can be repeated."""

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..errors import FrontlabError
from ..model import Address

_SYSCTL = Path("/proc/sys/net")
_COMMAND_TIMEOUT_S = 10.0
_HEADERS = {4: 20 + 20, 6: 40 + 20}  # of IP and TCP, without options
# `ip route` prints states among the attributes, and takes only the latter.
_ROUTE_STATES = ("linkdown", "dead")


def own_vips(vips: Iterable[Address]) -> None:
    """Put the VIPs on the loopback interface, and keep ARP from telling of them."""
    lines = ["link set dev lo up"]
    for vip in vips:
        tail = "" if vip.version == 4 else " nodad"
        lines.append(f"addr replace {vip}/{vip.max_prefixlen} dev lo{tail}")
    ip_batch(lines)
    # The VIP is the balancer's on the network: answer ARP for the interface's own
    # address only, and never ask with the VIP as the sender.
    write_sysctl("ipv4/conf/all/arp_ignore", 1)
    write_sysctl("ipv4/conf/all/arp_announce", 2)


def leave_room(mtu: int, overhead: int) -> None:
    """Have clients send segments that still fit with `overhead` octets before them.

    A default route with an advertised MSS costs nothing and loses nothing; ICMP from
    the balancer is for the rest.
    """
    lines = []
    for version, headers in _HEADERS.items():
        for route in ip(f"-{version}", "route", "show", "default").splitlines():
            words = [word for word in route.split() if word not in _ROUTE_STATES]
            if "advmss" not in words:
                words += ["advmss", str(mtu - overhead - headers)]
                lines.append(f"-{version} route replace {' '.join(words)}")
    for line in lines:
        ip(*line.split())


def ip(*arguments: str, stdin: str = "") -> str:
    """Run iproute2's `ip` and return its output; FrontlabError with its words."""
    argv: Sequence[str] = ("ip", *arguments)
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=_COMMAND_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FrontlabError(f"{' '.join(argv)}: {error}") from error
    if done.returncode:
        said = "; ".join(done.stderr.strip().splitlines())
        cure = "" if os.geteuid() == 0 else " (run as root)"
        raise FrontlabError(f"{' '.join(argv)}: {said}{cure}")
    return done.stdout


def ip_batch(lines: Iterable[str]) -> None:
    """Run many `ip` commands in one process."""
    ip("-batch", "-", stdin="\n".join(lines) + "\n")


def write_sysctl(name: str, value: int) -> None:
    """Set net/`name` in the current network namespace; FrontlabError if refused."""
    try:
        (_SYSCTL / name).write_text(f"{value}\n")
    except OSError as error:
        raise FrontlabError(f"net/{name}: {error}") from error
