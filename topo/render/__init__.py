"""A plan as the configuration of every program in the lab; text only, no I/O."""

from .dns import dns_config, nameserver_name, root_config, root_hints
from .fabric import fabric_json
from .nginx import nginx_files
from .resolvers import resolver_files
from .vip import backend_config, vip_config

__all__ = [
    "backend_config",
    "dns_config",
    "fabric_json",
    "nameserver_name",
    "nginx_files",
    "resolver_files",
    "root_config",
    "root_hints",
    "vip_config",
]
