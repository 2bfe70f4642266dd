"""BIND 9.18 and newer as a recursive resolver; it cannot send client subnets."""

from .settings import Settings, indented

_CONFIG = """\
options {{
  directory "{it.directory}";
  managed-keys-directory "{it.directory}";
  pid-file none;
  session-keyfile none;
  listen-on {{ {four}; }};
  listen-on-v6 {{ {six}; }};
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


_ORDERS = {
    "fixed": "rrset-order { order none; };",
    "random": "rrset-order { order random; };",
    "rotated": "rrset-order { order cyclic; };",
}


def files(it: Settings) -> dict[str, str]:
    """named.conf."""
    more = [
        *it.clamps("min-cache-ttl {};", "max-cache-ttl {};"),
        # "prefetch 2 9" is the default: what has less than 2 s left of 9 s or more.
        *it.prefetch("prefetch 2 9;", "prefetch 0;"),
        *it.order(_ORDERS),
        *it.stale(
            "stale-cache-enable yes;",
            "stale-answer-enable yes;",
            "max-stale-ttl {};",
            "stale-answer-client-timeout 1800;",  # RFC 8767, section 5
        ),
    ]
    config = _CONFIG.format(
        it=it,
        four="; ".join(it.addresses4),
        six="; ".join(it.addresses6),
        more=indented(more),
    )
    return {"named.conf": config}


def argv(it: Settings) -> list[str]:
    """The named program in the foreground, with one worker.

    With -g, and not -f, a mistake in the file is told on standard error too.
    """
    return ["named", "-g", "-n", "1", "-c", f"{it.directory}/named.conf"]
