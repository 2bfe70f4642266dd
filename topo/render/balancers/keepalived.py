"""IPVS with its table kept by keepalived 2.2 and newer, which checks the backends.

Packets go to the backends as they came, in GRE: replies pass it by, as they do ours.
Its Maglev (`mh`) is over address and port, with 4093 slots unless the kernel was built
otherwise (CONFIG_IP_VS_MH_TAB_INDEX), and chooses for all methods that it has not.
"""

from ..vip import HEALTH
from .foreign import Foreign, Program, Served

_FILE = "keepalived.conf"
_SERVER = """\
  real_server {address} {port} {{
    weight {weight}
    HTTP_GET {{
      connect_port {health[port]}
      connect_timeout {timeout}
      retry {retries}
      delay_before_retry {interval}
      url {{
        path {health[path]}
        status_code 200
      }}
    }}
  }}
"""
_SERVICE = """\
virtual_server {address} {port} {{
  protocol TCP
  delay_loop {interval}
  alpha
  lvs_sched {scheduler}
  lvs_method TUN type gre
{servers}}}
"""
_MAGLEV = "mh\n  mh-port\n  mh-fallback"
_SCHEDULERS = {"round_robin": "rr", "least_loaded": "lc", "modulo": "sh\n  sh-port"}


def program(it: Foreign) -> Program:
    """Run keepalived in the foreground, for IPVS alone."""
    config = "\n".join(
        _service(it, served, address)
        for served in it.served
        for address in served.addresses
    )
    argv = (
        *("keepalived", "--check", "--dont-fork", "--log-console", "--no-syslog"),
        *("--use-file", f"{it.directory}/{_FILE}"),
        *("--pid", f"{it.directory}/pid", "--checkers_pid", f"{it.directory}/checkers"),
    )
    return Program(files={_FILE: config}, argv=argv)


def _service(it: Foreign, served: Served, address: str) -> str:
    port = served.service.port
    times = {key: _seconds(str(HEALTH[key])) for key in ("interval", "timeout")}
    servers = (
        _SERVER.format(
            address=backend.host.address4,
            weight=backend.weight,
            port=port,
            health=HEALTH,
            retries=int(str(HEALTH["fall"])) - 1,
            **times,
        )
        for backend in it.backends
    )
    return _SERVICE.format(
        address=address,
        port=port,
        scheduler=_SCHEDULERS.get(served.service.selection, _MAGLEV),
        servers="".join(servers),
        interval=times["interval"],
    )


def _seconds(time: str) -> float:
    """Seconds of a time such as "500 ms", as keepalived writes them."""
    number, unit = time.split()
    return float(number) / {"ms": 1000, "s": 1}[unit]
