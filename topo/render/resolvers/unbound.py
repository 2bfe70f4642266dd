"""Unbound 1.17 and newer (unbound.conf(5))."""

from .settings import ECS_BITS4, ECS_BITS6, Settings, indented

_CONFIG = """\
server:
  directory: "{it.directory}"
  chroot: ""
  username: ""
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: ""
{listen}
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

# A client is given an expired answer when the authority is silent for this long.
_STALE_AFTER_MS = 1800  # RFC 8767, section 5
_ORDERS = {"fixed": "rrset-roundrobin: no", "rotated": "rrset-roundrobin: yes"}


def files(it: Settings) -> dict[str, str]:
    """unbound.conf, without validator, with subnetcache where ECS is on."""
    modules = "subnetcache iterator" if it.resolver.ecs else "iterator"
    more = [*_habits(it), *(_client_subnet(it) if it.resolver.ecs else [])]
    return {
        "unbound.conf": _CONFIG.format(
            it=it, listen=indented(_listen(it)), modules=modules, more=indented(more)
        )
    }


def argv(it: Settings) -> list[str]:
    """Unbound in the foreground."""
    return ["unbound", "-d", "-p", "-c", f"{it.directory}/unbound.conf"]


def _listen(it: Settings) -> list[str]:
    if not it.resolver.replies_from_own:
        return it.listening("interface: {}")
    # Unbound warns of this itself: on a wildcard socket the kernel chooses where the
    # answer comes from.
    return ["interface: 0.0.0.0", "interface: ::0", "interface-automatic: no"]


def _habits(it: Settings) -> list[str]:
    return [
        *it.clamps("cache-min-ttl: {}", "cache-max-ttl: {}"),
        *it.prefetch("prefetch: yes", "prefetch: no"),
        *it.order(_ORDERS),
        *it.stale(
            "serve-expired: yes",
            "serve-expired-ttl: {}",
            f"serve-expired-client-timeout: {_STALE_AFTER_MS}",
        ),
    ]


def _client_subnet(it: Settings) -> list[str]:
    return [
        f'client-subnet-zone: "{it.domain}"',
        f"max-client-subnet-ipv4: {ECS_BITS4}",
        f"max-client-subnet-ipv6: {ECS_BITS6}",
    ]
