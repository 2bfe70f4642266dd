"""BIND 9.18 and newer as authoritative server, with a view for each place.

It knows no client subnets: the resolver's address decides, and a resolver that sends
subnets is told scope 0.
"""

from collections.abc import Iterable

from ..contents import Place, Service
from .foreign import Foreign, address_lines, zone_file

_CONFIG = """\
options {{
  directory "{it.directory}";
  managed-keys-directory "{it.directory}";
  pid-file none;
  session-keyfile none;
  listen-on {{ {four}; }};
  listen-on-v6 {{ {six}; }};
  recursion no;
  allow-query {{ any; }};
  dnssec-validation no;
  empty-zones-enable no;
  rrset-order {{ order none; }};
}};
controls {{ }};
{views}
"""
_VIEW = """\
view "{name}" {{
  match-clients {{ {who}; }};
  zone "{zone}" {{ type primary; file "{directory}/zone.{site}"; }};
}};"""


def files(it: Foreign) -> dict[str, str]:
    """named.conf, and a zone for each place."""
    config = _CONFIG.format(
        it=it,
        four="; ".join(address for address in it.listen if ":" not in address),
        six="; ".join(address for address in it.listen if ":" in address),
        views="\n".join([*(_view(it, place) for place in it.places), _others(it)]),
    )
    zones = {f"zone.{place.site}": _zone(it, place) for place in it.places}
    return {"named.conf": config, **zones}


def argv(it: Foreign) -> list[str]:
    """The named program in the foreground, with one worker."""
    return ["named", "-g", "-n", "1", "-c", f"{it.directory}/named.conf"]


def _zone(it: Foreign, place: Place) -> str:
    return zone_file(it.contents, lambda service: _lines(it, service, place))


def _view(it: Foreign, place: Place) -> str:
    who = "; ".join(str(prefix) for prefix in place.prefixes)
    return _named(it, place.site, who, place.site)


def _others(it: Foreign) -> str:
    """Who is in no place is taken to be at this site."""
    return _named(it, "others", "any", it.site)


def _named(it: Foreign, name: str, who: str, site: str) -> str:
    return _VIEW.format(
        name=name, who=who, site=site, zone=it.contents.zone, directory=it.directory
    )


def _lines(it: Foreign, service: Service, place: Place) -> Iterable[str]:
    if service.policy == "static":
        return address_lines(service, service.candidates)
    return address_lines(service, [it.nearest(service, place)])
