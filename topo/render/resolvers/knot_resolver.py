"""Knot Resolver 5.6 and newer; it sends no client subnets and keeps 5 s at least."""

from .settings import Settings

_CONFIG = """\
{listen}
net.ipv6 = false -- for asking; it listens all the same
log_target('stderr')
modules.load('hints > iterate')
hints.root_file('{it.directory}/root.hints')
trust_anchors.remove('.')
cache.size = 16 * MB
{more}
"""


_ORDERS = {"fixed": "reorder_RR(false)", "rotated": "reorder_RR(true)"}


def files(it: Settings) -> dict[str, str]:
    """kresd.conf, in Lua."""
    more = [
        *it.clamps("cache.min_ttl({})", "cache.max_ttl({})"),
        *it.prefetch("modules.load('predict')"),
        *it.order(_ORDERS),
        # `ttl` is negative by the seconds since the record expired.
        *it.stale(
            "modules.load('serve_stale < cache')",
            "serve_stale.callback = function (ttl) return ttl + {} > 0 and 1 or -1 end",
        ),
    ]
    listen = "\n".join(it.listening("net.listen('{}', 53, {{ kind = 'dns' }})"))
    return {"kresd.conf": _CONFIG.format(it=it, listen=listen, more="\n".join(more))}


def argv(it: Settings) -> list[str]:
    """The kresd program in the foreground; its cache is in `directory`."""
    return ["kresd", "-n", "-c", f"{it.directory}/kresd.conf", it.directory]
