"""dnsmasq 2.90 and newer: a caching forwarder in front of another resolver."""

from .settings import ECS_BITS4, ECS_BITS6, Settings

_CONFIG = """\
keep-in-foreground
user=root
pid-file=
log-facility=-
no-resolv
no-hosts
port=53
listen-address={it.address4}
listen-address={it.address6}
bind-interfaces
server={it.forward_to}
cache-size=10000
{more}
"""


def files(it: Settings) -> dict[str, str]:
    """dnsmasq.conf; with ECS on it caches nothing (dnsmasq(8), --add-subnet)."""
    more = it.clamps("min-cache-ttl={}", "max-cache-ttl={}")
    if it.resolver.ecs:
        more.append(f"add-subnet={ECS_BITS4},{ECS_BITS6}")
    return {"dnsmasq.conf": _CONFIG.format(it=it, more="\n".join(more))}


def argv(it: Settings) -> list[str]:
    """Run dnsmasq in the foreground."""
    return ["dnsmasq", "-k", "-C", f"{it.directory}/dnsmasq.conf"]
