"""nftables as a balancer: NAT to backends by a hash of the client's address and port.

As its wiki has it: `jhash` chooses, and `masquerade` makes the replies come back.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address
from pathlib import Path
from struct import Struct

from topo.run import run

NAME = "nftables: dnat to jhash, masquerade"
RULES = """
table ip balancer {{
  chain incoming {{
    type nat hook prerouting priority dstnat
    ip daddr {vip} tcp dport {port} dnat to jhash ip saddr . tcp sport mod {count} \
map {{ {backends} }}
  }}
  chain outgoing {{
    type nat hook postrouting priority srcnat
    ip daddr {{ {addresses} }} masquerade
  }}
}}
"""
_SYSCTL = Path("/proc/sys/net")
_TRACKED = _SYSCTL / "netfilter/nf_conntrack_count"
# struct nlmsghdr and struct nfgenmsg: length, type, flags, sequence, port; family,
# version, resource
_DELETE = Struct("=IHHII BBH")
_DELETE_CONNECTION = 1 << 8 | 2  # NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE
_REQUEST_ACKNOWLEDGED = 5
_ERROR_AT = 16
_NETLINK_NETFILTER = 12


def rules(vip: IPv4Address, port: int, backends: Iterable[IPv4Address]) -> str:
    """Return the rules of a balancer."""
    addresses = [str(address) for address in backends]
    return RULES.format(
        vip=vip,
        port=port,
        count=len(addresses),
        backends=", ".join(f"{n} : {it}" for n, it in enumerate(addresses)),
        addresses=", ".join(addresses),
    )


def balance_by_nat(text: str) -> None:
    """Have this network namespace forward by these rules, and no others.

    Raises:
        FrontlabError: nft is not installed, or the kernel refuses the rules.
    """
    (_SYSCTL / "ipv4/ip_forward").write_text("1")
    # Packets leave by where they came in, which is no reason to tell their sender so.
    for setting in _SYSCTL.glob("ipv4/conf/*/send_redirects"):
        setting.write_text("0")
    run(["nft", "-f", "-"], stdin=f"flush ruleset\n{text}")


def tracked() -> int:
    """Return how many connections the kernel knows in this network namespace."""
    return int(_TRACKED.read_text())


def forget_connections() -> None:
    """Have the kernel forget all connections of this network namespace."""
    message = _DELETE.pack(
        *(_DELETE.size, _DELETE_CONNECTION, _REQUEST_ACKNOWLEDGED, 1, 0),
        *(socket.AF_INET, 0, 0),
    )
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER
    ) as netlink:
        netlink.send(message)
        answer = netlink.recv(4096)
    error = int.from_bytes(answer[_ERROR_AT : _ERROR_AT + 4], "little", signed=True)
    if error:
        raise OSError(-error, "forgetting connections")
