"""A vip.toml that is right, to be changed by tests."""

from pathlib import Path

from balancer.vip.settings.config import read_vip_config

RIGHT = """
[balancer]
name = "fra-lb1"
interface = "eth0"
source = "11.1.8.10"
gateway_mac = "02:00:01:00:00:01"
[[pool]]
name = "www-fra"
[pool.health]
port = 80
path = "/health"
interval = "500 ms"
timeout = "400 ms"
[[pool.backend]]
name = "fra-be1"
address = "11.1.1.10"
[[pool.backend]]
name = "fra-be2"
address = "11.1.1.11"
weight = 2
[[vip]]
name = "www"
address = "23.0.1.80"
port = 80
pool = "www-fra"
[[vip]]
name = "www"
address = "2a23:0:1::80"
port = 80
pool = "www-fra"
"""


def read(tmp_path: Path, text: str):
    path = tmp_path / "vip.toml"
    path.write_text(text)
    return read_vip_config(path)


def with_ipv6(text: str) -> str:
    """Return the text with the IPv6 addresses of balancer and backends."""
    text = text.replace("gateway_mac", 'source6 = "2a11:0:1:800::10"\ngateway_mac')
    for host in ("10", "11"):
        four = f'address = "11.1.1.{host}"'
        text = text.replace(four, f'{four}\naddress6 = "2a11:0:1:100::{host}"')
    return text
