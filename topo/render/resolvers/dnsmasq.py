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
{listen}
bind-interfaces
{servers}
cache-size=10000
{more}
"""


_ORDERS = {"fixed": "no-round-robin", "rotated": ""}
_CHOICES = {"first": "strict-order", "all": "all-servers"}


def files(it: Settings) -> dict[str, str]:
    """dnsmasq.conf; with ECS on it caches nothing (dnsmasq(8), --add-subnet)."""
    more = [
        *it.clamps("min-cache-ttl={}", "max-cache-ttl={}"),
        *it.order(_ORDERS),
        *it.stale("use-stale-cache={}"),
    ]
    if it.resolver.choice:
        more.append(_CHOICES[it.resolver.choice])
    if it.resolver.ecs:
        more.append(f"add-subnet={ECS_BITS4},{ECS_BITS6}")
    config = _CONFIG.format(
        it=it,
        listen="\n".join(it.listening("listen-address={}")),
        servers="\n".join(f"server={address}" for address in it.forward_to),
        more="\n".join(more),
    )
    return {"dnsmasq.conf": config}


def argv(it: Settings) -> list[str]:
    """Run dnsmasq in the foreground."""
    return ["dnsmasq", "-k", "-C", f"{it.directory}/dnsmasq.conf"]
