"""PowerDNS 4.7 and newer with its GeoIP backend, without a database.

A net leads to a name whose addresses are answered; the ECS scope is the net's length.
"""

import json
from typing import Any

from ..contents import NEGATIVE_TTL_S, STABLE_TTL_S, Candidate, Service
from .foreign import Foreign, soa_value

_CONFIG = """\
launch=geoip
geoip-zones-file={it.directory}/geo.yml
geoip-database-files=
edns-subnet-processing=yes
local-address={listen}
local-port=53
socket-dir={it.directory}
setuid=
setgid=
daemon=no
guardian=no
write-pid=no
disable-syslog=yes
receiver-threads=1
distributor-threads=1
negquery-cache-ttl={negative}
security-poll-suffix=
"""


def files(it: Foreign) -> dict[str, str]:
    """pdns.conf, and the zone in YAML, of which JSON is a part."""
    zone = {
        "domain": it.contents.zone,
        "ttl": STABLE_TTL_S,
        "records": _records(it),
        "services": {
            service.name: _nets(it, service)
            for service in it.contents.services
            if service.policy == "nearest"
        },
    }
    config = _CONFIG.format(it=it, listen=",".join(it.listen), negative=NEGATIVE_TTL_S)
    return {
        "pdns.conf": config,
        "geo.yml": json.dumps({"domains": [zone]}, indent=1) + "\n",
    }


def argv(it: Foreign) -> list[str]:
    """The pdns_server program in the foreground."""
    return ["pdns_server", f"--config-dir={it.directory}"]


def _records(it: Foreign) -> dict[str, list[dict[str, Any]]]:
    zone = it.contents.zone
    found = {zone: [_record("soa", soa_value(it.contents), STABLE_TTL_S)]}
    for record in it.contents.records:
        value = f"{record.value}." if record.type == "NS" else record.value
        own = found.setdefault(record.name, [])
        own.append(_record(record.type.lower(), value, record.ttl_s))
    for service in it.contents.services:
        if service.policy == "static":
            found[service.name] = [
                each for one in service.candidates for each in _addresses(service, one)
            ]
            continue
        for one in service.candidates:
            found[_target(service, one)] = _addresses(service, one)
    return found


def _nets(it: Foreign, service: Service) -> dict[str, list[str]]:
    """The target of each net; who is in none is taken to be at this site."""
    own = it.nearest(service, it.place(it.site))
    nets = {"default": [_target(service, own)]}
    for place in it.places:
        near = [_target(service, it.nearest(service, place))]
        nets.update({str(prefix): near for prefix in place.prefixes})
    return nets


def _target(service: Service, candidate: Candidate) -> str:
    """The name that has the addresses of one candidate."""
    return f"{candidate.site}.{service.name}"


def _addresses(service: Service, candidate: Candidate) -> list[dict[str, Any]]:
    return [
        _record("a", str(candidate.address4), service.ttl_s),
        _record("aaaa", str(candidate.address6), service.ttl_s),
    ]


def _record(type_: str, value: str, ttl_s: int) -> dict[str, Any]:
    return {type_: {"content": value, "ttl": ttl_s}}
