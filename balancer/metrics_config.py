"""The table [metrics], which configuration files of several programs may have."""

from ipaddress import ip_address
from typing import Annotated, NamedTuple

from pydantic import PlainValidator

from .config import Table
from .model import Address


class Endpoint(NamedTuple):
    """An address and a port of TCP."""

    address: Address
    port: int


def _endpoint(value: object) -> Endpoint:
    text = value if isinstance(value, str) else ""
    host, _, port = text.rpartition(":")
    try:
        number = int(port)
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        number = 0
    if not 0 < number < 65536 or (":" in host) != host.startswith("["):
        what = 'no address with a port; write one as "127.0.0.1:9100" or "[::1]:9100"'
        raise ValueError(f"{value!r} is {what}")
    return Endpoint(address, number)


class MetricsTable(Table):
    """Where Prometheus may ask, at the path /metrics."""

    listen: Annotated[Endpoint, PlainValidator(_endpoint)]
