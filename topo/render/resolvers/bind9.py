"""BIND 9.18 and newer as a recursive resolver; it cannot send client subnets."""

from .settings import Settings

_CONFIG = """\
options {{
  directory "{it.directory}";
  managed-keys-directory "{it.directory}";
  pid-file none;
  session-keyfile none;
  listen-on {{ {it.address4}; }};
  listen-on-v6 {{ {it.address6}; }};
  recursion yes;
  allow-query {{ any; }};
  allow-recursion {{ any; }};
  allow-query-cache {{ any; }};
  dnssec-validation no;
  empty-zones-enable no;
  max-cache-size 16m;
{more}
}};
// Ask over IPv4 only.
server ::/0 {{ bogus yes; }};
controls {{ }};
zone "." {{ type hint; file "{it.directory}/root.hints"; }};
"""


def files(it: Settings) -> dict[str, str]:
    """named.conf."""
    more = it.clamps("min-cache-ttl {};", "max-cache-ttl {};")
    indented = "\n".join(f"  {line}" for line in more)
    return {"named.conf": _CONFIG.format(it=it, more=indented)}


def argv(it: Settings) -> list[str]:
    """The named program in the foreground, with one worker.

    With -g, and not -f, a mistake in the file is told on standard error too.
    """
    return ["named", "-g", "-n", "1", "-c", f"{it.directory}/named.conf"]
