"""Links, addresses and namespaces through the kernel's routing socket, in batches."""

from .namespace import (
    NO_IPV6,
    Namespace,
    create_netns,
    delete_netns,
    inside,
    open_netns,
    quieten_ipv6,
)
from .requests import (
    End,
    Request,
    bridge,
    delete,
    down,
    put_address,
    put_neighbour,
    put_route,
    set_mac,
    set_master,
    up,
    veth,
)
from .rtnl import Netlink, NetlinkError

__all__ = [
    "NO_IPV6",
    "End",
    "Namespace",
    "Netlink",
    "NetlinkError",
    "Request",
    "bridge",
    "create_netns",
    "delete",
    "delete_netns",
    "down",
    "inside",
    "open_netns",
    "put_address",
    "put_neighbour",
    "put_route",
    "quieten_ipv6",
    "set_mac",
    "set_master",
    "up",
    "veth",
]
