"""Mininet networks that start fast: hosts are namespaces, links are netlink."""

from .build import adopt_net, build_net
from .host import Addressing, LabHost
from .link import LabIntf, LabLink
from .network import LabController, LabNet
from .spawn import host_argv, spawn_in
from .switch import LabBridge, LabSwitch
from .world_topo import WorldTopo

__all__ = [
    "Addressing",
    "LabBridge",
    "LabController",
    "LabHost",
    "LabIntf",
    "LabLink",
    "LabNet",
    "LabSwitch",
    "WorldTopo",
    "adopt_net",
    "build_net",
    "host_argv",
    "spawn_in",
]
