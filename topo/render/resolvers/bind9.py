"""BIND 9.18 and newer as a recursive resolver; it cannot send client subnets."""

from .settings import Settings

_CONFIG = """\
options {{
  directory "{it.directory}";
  managed-keys-directory "{it.directory}";
  pid-file none;
  session-keyfile none;
  lock-file none;
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
logging {{
  channel told {{ stderr; severity warning; print-time yes; }};
  category default {{ told; }};
  category lame-servers {{ null; }};
}};
zone "." {{ type hint; file "{it.directory}/root.hints"; }};
"""


def files(it: Settings) -> dict[str, str]:
    """named.conf."""
    more = it.clamps("min-cache-ttl {};", "max-cache-ttl {};")
    indented = "\n".join(f"  {line}" for line in more)
    return {"named.conf": _CONFIG.format(it=it, more=indented)}


def argv(directory: str) -> list[str]:
    """The named program in the foreground, with one worker."""
    return ["named", "-f", "-n", "1", "-c", f"{directory}/named.conf"]
