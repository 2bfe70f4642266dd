"""A plan as the configuration of every program in the lab; text only, no I/O."""

from .balancers import balancer_kind, balancer_program
from .contents import nameserver_name
from .dns import dns_config, root_config, root_hints
from .fabric import fabric_json
from .nameservers import nameserver_files, nameserver_kind
from .nginx import nginx_files
from .resolvers import resolver_files
from .vip import backend_config, vip_config

__all__ = [
    "backend_config",
    "balancer_kind",
    "balancer_program",
    "dns_config",
    "fabric_json",
    "nameserver_files",
    "nameserver_kind",
    "nameserver_name",
    "nginx_files",
    "resolver_files",
    "root_config",
    "root_hints",
    "vip_config",
]
