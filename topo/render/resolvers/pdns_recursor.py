"""PowerDNS Recursor 4.8 and 4.9."""

from .settings import ECS_BITS4, ECS_BITS6, Settings

# The empty dont-query is no mistake: its default refuses to ask private authorities.
_CONFIG = """\
config-dir={it.directory}
socket-dir={it.directory}
write-pid=no
daemon=no
setuid=
setgid=
disable-syslog=yes
loglevel=4
quiet=yes
local-address={it.address4},{it.address6}
local-port=53
allow-from=0.0.0.0/0,::/0
query-local-address=0.0.0.0
dont-query=
hint-file={it.directory}/root.hints
dnssec=off
security-poll-suffix=
threads=1
pdns-distributes-queries=no
max-cache-entries=100000
{more}
"""


def files(it: Settings) -> dict[str, str]:
    """recursor.conf; answers are kept in the packet cache no longer than records."""
    more = it.clamps(
        "minimum-ttl-override={}", "max-cache-ttl={0}\npacketcache-ttl={0}"
    )
    if it.resolver.ecs:
        more += [
            f"edns-subnet-allow-list={it.domain}",
            f"ecs-ipv4-bits={ECS_BITS4}",
            f"ecs-ipv6-bits={ECS_BITS6}",
        ]
    return {"recursor.conf": _CONFIG.format(it=it, more="\n".join(more))}


def argv(directory: str) -> list[str]:
    """The recursor in the foreground."""
    return ["pdns_recursor", f"--config-dir={directory}"]
