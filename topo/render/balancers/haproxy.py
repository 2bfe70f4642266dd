"""HAProxy 2.6 and newer in TCP mode, with one thread.

It ends the client's connection and makes another one to a backend, over IPv4. Hashes
are over the client's address and port; with `hash-type consistent` they are on a ring.
"""

from ..vip import HEALTH
from .foreign import Foreign, Program, Served

_FILE = "haproxy.cfg"
_CONFIG = """\
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout check {health[timeout]}
  option httpchk GET {health[path]}
  http-check expect status 200
  default-server check port {health[port]} inter {health[interval]} \
rise {health[rise]} fall {health[fall]}
{services}
"""
_SERVICE = """\
listen {name}
  bind {address4}:{port}
  bind [{address6}]:{port}
{balance}
{servers}
"""
_FLOW = (
    "tcp-request connection set-var(sess.port) src_port",
    "balance hash src,concat(:,sess.port)",
)
_RING = (*_FLOW, "hash-type consistent")
_BALANCE = {
    "round_robin": ("balance roundrobin",),
    "least_loaded": ("balance leastconn",),
    "modulo": (*_FLOW, "hash-type map-based"),
    "bounded": (*_RING, "hash-balance-factor 125"),
    "bounded_loads": (*_RING, "hash-balance-factor 125"),
}


def program(it: Foreign) -> Program:
    """Run it in the foreground; what it says of backends is on standard error."""
    services = "".join(_service(it, one) for one in it.served)
    health = {key: str(value).replace(" ", "") for key, value in HEALTH.items()}
    config = _CONFIG.format(health=health, services=services)
    argv = ("haproxy", "-db", "-f", f"{it.directory}/{_FILE}")
    return Program(files={_FILE: config}, argv=argv)


def _service(it: Foreign, served: Served) -> str:
    service = served.service
    address4, address6 = served.addresses
    balance = _BALANCE.get(service.selection, _RING)
    servers = (
        f"server {one.host.name} {one.host.address4}:{service.port} weight {one.weight}"
        for one in it.backends
    )
    return _SERVICE.format(
        name=service.name,
        address4=address4,
        address6=address6,
        port=service.port,
        balance="\n".join(f"  {line}" for line in balance),
        servers="\n".join(f"  {line}" for line in servers),
    )
