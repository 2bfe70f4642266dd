"""nginx as the service behind the VIPs: small answers, two large ones, health."""

from topo.world.plan import Host, Plan

SIZES = {"100k": 100_000, "1m": 1_000_000}  # bytes, by path
_LINE = "frontlab" * 7 + "frontla\n"  # 64 bytes of text

_CONFIG = """\
daemon off;
# One process: when it is killed, the backend is dead, and nobody starts it again.
master_process off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  log_format way '$msec $remote_addr $remote_port $server_addr $uri $status '
                 '$bytes_sent';
  access_log {directory}/access.log way;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  default_type text/plain;
  server_tokens off;
  sendfile on;
  keepalive_requests 100000;
  server {{
{listens}
    add_header X-Backend {name} always;
    root {directory}/files;
    location = / {{ return 200 "{name}\\n"; }}
    location = /health {{ access_log off; return 200 "ok\\n"; }}
  }}
}}
"""


def nginx_files(
    plan: Plan, host: Host, directory: str
) -> tuple[dict[str, str], list[str]]:
    """The files of a backend's nginx, by path under `directory`, and its argv.

    It answers `/` with its name, `/health`, `/100k` and `/1m`, on port 80 and on
    every service's, and logs to access.log: time, client's address and port, VIP,
    path, status, bytes.
    """
    ports = sorted({80, *(service.port for service in plan.world.services)})
    listens = "\n".join(
        f"    listen {port};\n    listen [::]:{port} ipv6only=on;" for port in ports
    )
    config = _CONFIG.format(directory=directory, name=host.name, listens=listens)
    files = {f"files/{path}": _filler(size) for path, size in SIZES.items()}
    argv = ["nginx", "-p", directory, "-c", f"{directory}/nginx.conf", "-e", "stderr"]
    return {"nginx.conf": config, **files}, argv


def _filler(size: int) -> str:
    return (_LINE * (size // len(_LINE) + 1))[:size]
