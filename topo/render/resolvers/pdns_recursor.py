"""PowerDNS Recursor 4.8 and newer, configured on its command line alone.

A file would have to be in the old format for 4.x and in YAML for 5.2; on the command
line both take the same settings.
"""

import math

from topo.world.records import RecordOrder

from .settings import ECS_BITS4, ECS_BITS6, Settings

_STALE_STEP_S = 30


def files(_: Settings) -> dict[str, str]:
    """No file of its own."""
    return {}


def argv(it: Settings) -> list[str]:
    """The recursor in the foreground.

    Answers are kept in its packet cache no longer than their records.
    """
    words = (*_place(it), *_answers(it))
    return ["pdns_recursor", *(f"--{word}" for word in words if word)]


def _place(it: Settings) -> list[str]:
    """Where it runs and listens."""
    return [
        f"config-dir={it.directory}",
        f"socket-dir={it.directory}",
        "write-pid=no",
        "daemon=no",
        "setuid=",
        "setgid=",
        "disable-syslog=yes",
        "loglevel=4",
        "quiet=yes",
        "security-poll-suffix=",
        "threads=1",
        "pdns-distributes-queries=no",
        "max-cache-entries=100000",
        f"local-address={','.join(it.addresses)}",
        "local-port=53",
        "allow-from=0.0.0.0/0,::/0",
    ]


def _answers(it: Settings) -> list[str]:
    """How it resolves."""
    settings = [
        "query-local-address=0.0.0.0",
        "dont-query=",  # its default refuses to ask private addresses
        f"hint-file={it.directory}/root.hints",
        "dnssec=off",
        *it.clamps("minimum-ttl-override={}", "max-cache-ttl={}"),
        *it.prefetch("refresh-on-ttl-perc=10", "refresh-on-ttl-perc=0"),
        *_packet_cache(it),
        *_stale(it.resolver.stale_s),
    ]
    if it.resolver.max_ttl_s is not None:
        settings.append(f"packetcache-ttl={it.resolver.max_ttl_s}")
    if it.resolver.ecs:
        settings += [
            f"edns-subnet-allow-list={it.domain}",
            f"ecs-ipv4-bits={ECS_BITS4}",
            f"ecs-ipv6-bits={ECS_BITS6}",
        ]
    return settings


def _packet_cache(it: Settings) -> list[str]:
    """It repeats a whole answer until its end: in one order, and never fetched anew."""
    in_the_way = it.resolver.order == RecordOrder.RANDOM or it.resolver.prefetch
    return ["disable-packetcache=yes"] if in_the_way else []


def _stale(stale_s: int | None) -> list[str]:
    """It extends the life of a record by 30 s at a time (serve-stale-extensions)."""
    if not stale_s:
        return []
    return [f"serve-stale-extensions={math.ceil(stale_s / _STALE_STEP_S)}"]
