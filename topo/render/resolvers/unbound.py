"""Unbound 1.17 and newer (unbound.conf(5))."""

from .settings import ECS_BITS4, ECS_BITS6, Settings

_CONFIG = """\
server:
  directory: "{it.directory}"
  chroot: ""
  username: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
  interface: {it.address4}
  interface: {it.address6}
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  prefer-ip4: yes
  num-threads: 1
  msg-cache-size: 4m
  rrset-cache-size: 8m
  root-hints: "{it.directory}/root.hints"
  module-config: "{modules}"
{more}
remote-control:
  control-enable: no
"""


def files(it: Settings) -> dict[str, str]:
    """unbound.conf, without validator, with subnetcache where ECS is on."""
    more = it.clamps("cache-min-ttl: {}", "cache-max-ttl: {}")
    modules = "iterator"
    if it.resolver.ecs:
        modules = "subnetcache iterator"
        more += [
            f'client-subnet-zone: "{it.domain}"',
            f"max-client-subnet-ipv4: {ECS_BITS4}",
            f"max-client-subnet-ipv6: {ECS_BITS6}",
        ]
    indented = "\n".join(f"  {line}" for line in more)
    return {"unbound.conf": _CONFIG.format(it=it, modules=modules, more=indented)}


def argv(it: Settings) -> list[str]:
    """Unbound in the foreground."""
    return ["unbound", "-d", "-p", "-c", f"{it.directory}/unbound.conf"]
