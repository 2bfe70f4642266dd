"""Addresses as vip.toml has them: of single hosts, or it is told what is wrong."""

from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator

from ...config import AnyAddress
from ...errors import WireError
from ...wire.ethernet import mac_octets
from ..packets.hosts import require_host

A = TypeVar("A", IPv4Address, IPv6Address)
_GROUP = 1  # in its first octet a hardware address says that it is several hosts'


def _ipv4(value: object) -> IPv4Address:
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except ValueError as error:
        what = f"{value!r} is no IPv4 address, which the outer header needs"
        raise ValueError(what) from error


def _ipv6(value: object) -> IPv6Address:
    try:
        return IPv6Address(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f"{value!r} is no IPv6 address") from error


def _host(address: A) -> A:
    require_host(address)
    return address


def _mac(text: str) -> str:
    try:
        octets = mac_octets(text)
    except WireError as error:
        raise ValueError(str(error)) from error
    if octets[0] & _GROUP or not any(octets):
        raise ValueError(f"{text!r} is no hardware address of a single host")
    return text


OuterAddress = Annotated[IPv4Address, BeforeValidator(_ipv4), AfterValidator(_host)]
OuterAddress6 = Annotated[IPv6Address, BeforeValidator(_ipv6), AfterValidator(_host)]
HostAddress = Annotated[AnyAddress, AfterValidator(_host)]
MacAddress = Annotated[str, AfterValidator(_mac)]
