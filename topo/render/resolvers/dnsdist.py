"""dnsdist 1.7 and newer: a caching load balancer in front of resolvers."""

from .settings import ECS_BITS4, ECS_BITS6, Settings

# It asks each server for "a.root-servers.net" every second, which resolvers have in
# their caches: the zone's servers see nothing of it.
_CONFIG = """\
setACL({{'0.0.0.0/0', '::/0'}})
setSecurityPollSuffix('')
{listen}
setServerPolicy({policy})
{servers}
cache = newPacketCache(10000, {{{options}}})
getPool(''):setCache(cache)
{more}
"""
_POLICIES = {
    None: "leastOutstanding",
    "first": "firstAvailable",
    "rotated": "roundrobin",
    "random": "wrandom",
}


def files(it: Settings) -> dict[str, str]:
    """dnsdist.conf, in Lua."""
    options = [f"maxTTL={it.resolver.max_ttl_s}"] if it.resolver.max_ttl_s else []
    more = it.stale("setStaleCacheEntriesTTL({})")
    if it.resolver.ecs:
        options.append("parseECS=true")
        more += [
            f"setECSSourcePrefixV4({ECS_BITS4})",
            f"setECSSourcePrefixV6({ECS_BITS6})",
        ]
    if it.resolver.stale_s:
        options.append(f"staleTTL={it.resolver.stale_s}")
    config = _CONFIG.format(
        listen="\n".join(it.listening("addLocal('{}')")),
        policy=_POLICIES[it.resolver.choice],
        servers="\n".join(_servers(it)),
        options=", ".join(options),
        more="\n".join(more),
    )
    return {"dnsdist.conf": config}


def argv(it: Settings) -> list[str]:
    """Run dnsdist in the foreground."""
    return ["dnsdist", "--supervised", "-C", f"{it.directory}/dnsdist.conf"]


def _servers(it: Settings) -> list[str]:
    subnet = "true" if it.resolver.ecs else "false"
    return [
        f"newServer({{address='{address}', order={number}, useClientSubnet={subnet}}})"
        for number, address in enumerate(it.forward_to, start=1)
    ]
