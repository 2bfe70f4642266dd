"""The programs that the lab runs, each asked for its version."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from .records import Feature

VERSION = re.compile(r"\d+\.[\d.]*\d")
ANSWER_WITHIN_S = 3.0
# Debian keeps some of these out of a plain user's PATH.
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROVISION = "./provision.sh"


@dataclass(frozen=True, slots=True)
class Program:
    """A program of Debian's, and the arguments that make it tell its version."""

    name: str
    argv: tuple[str, ...]
    package: str

    def probe(self) -> Feature:
        """Return whether it is installed, and which version."""
        path = shutil.which(self.argv[0], path=SEARCH)
        if path is None:
            cure = f"{PROVISION} (Debian: {self.package})"
            return Feature(self.name, False, "not installed", "", cure)
        return Feature(self.name, True, _version([path, *self.argv[1:]]))


PROGRAMS: tuple[Program, ...] = (
    Program("Open vSwitch", ("ovs-vswitchd", "--version"), "openvswitch-switch"),
    Program("mnexec", ("mnexec", "-v"), "mininet"),
    Program("iproute2", ("ip", "-V"), "iproute2"),
    Program("unbound", ("unbound", "-V"), "unbound"),
    Program("bind9", ("named", "-V"), "bind9"),
    Program("pdns-recursor", ("pdns_recursor", "--version"), "pdns-recursor"),
    Program("knot-resolver", ("kresd", "--version"), "knot-resolver"),
    Program("dnsmasq", ("dnsmasq", "--version"), "dnsmasq-base"),
    Program("nginx", ("nginx", "-v"), "nginx-light"),
    Program("nft", ("nft", "--version"), "nftables"),
    Program("haproxy", ("haproxy", "-v"), "haproxy"),
    Program("keepalived", ("keepalived", "--version"), "keepalived"),
    Program("curl", ("curl", "--version"), "curl"),
    Program("dig", ("dig", "-v"), "bind9-dnsutils"),
    Program("tcpdump", ("tcpdump", "--version"), "tcpdump"),
)


def _version(argv: list[str]) -> str:
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            timeout=ANSWER_WITHIN_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"installed, but does not start: {error}"
    found = VERSION.search(done.stdout + done.stderr)
    return found.group() if found else "installed"
