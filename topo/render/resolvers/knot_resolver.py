"""Knot Resolver 5.6 and newer; it sends no client subnets and keeps 5 s at least."""

from .settings import Settings

_CONFIG = """\
net.listen('{it.address4}', 53, {{ kind = 'dns' }})
net.listen('{it.address6}', 53, {{ kind = 'dns' }})
net.ipv6 = false -- for asking; it listens all the same
log_target('stderr')
modules.load('hints > iterate')
hints.root_file('{it.directory}/root.hints')
trust_anchors.remove('.')
cache.size = 16 * MB
{more}
"""


def files(it: Settings) -> dict[str, str]:
    """kresd.conf, in Lua."""
    more = it.clamps("cache.min_ttl({})", "cache.max_ttl({})")
    return {"kresd.conf": _CONFIG.format(it=it, more="\n".join(more))}


def argv(it: Settings) -> list[str]:
    """The kresd program in the foreground; its cache is in `directory`."""
    return ["kresd", "-n", "-c", f"{it.directory}/kresd.conf", it.directory]
