"""Five-tuples as people write them: "tcp 11.1.16.10:40000 > 23.0.1.80:80"."""

import re
from ipaddress import ip_address

from ...errors import ConfigError
from ...model import Address, FiveTuple, Protocol

EXAMPLE = "tcp 11.1.16.10:40000 > 23.0.1.80:80, or [2a11::10]:40000 [2a23::80]:80"
_PLACE = re.compile(
    r"\[(?P<six>[^\]]+)\]:(?P<port6>[0-9]{1,9})|(?P<four>[^:]+):(?P<port4>[0-9]{1,9})"
)
_BETWEEN = re.compile(r"[\s,]+|\s*-?>\s*")


def parse_flow_text(text: str) -> FiveTuple:
    """Return the flow that `text` names; TCP when it does not say.

    Raises:
        ConfigError: it names none.
    """
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    names = {protocol.name.lower(): protocol for protocol in Protocol}
    protocol = Protocol.TCP
    if words and words[0].lower() in names:
        protocol = names[words.pop(0).lower()]
    if len(words) != 2:
        raise ConfigError(f"{text!r} is no five-tuple; write it as {EXAMPLE}")
    source, source_port = _place(words[0])
    destination, destination_port = _place(words[1])
    if source.version != destination.version:
        raise ConfigError(f"{text!r}: one address is IPv4 and the other IPv6")
    addresses = (int(source), int(destination))
    return FiveTuple(
        source.version, *addresses, protocol, source_port, destination_port
    )


def flow_text(flow: FiveTuple) -> str:
    """Return the flow in the form that `parse_flow_text` takes."""
    protocol = Protocol(flow.protocol).name.lower()
    source = place_text(flow.version, flow.source, flow.source_port)
    destination = place_text(flow.version, flow.destination, flow.destination_port)
    return f"{protocol} {source} > {destination}"


def place_text(version: int, address: int, port: int) -> str:
    """Return an address and a port in one word."""
    text = str(address_of(version, address))
    return f"{text}:{port}" if version == 4 else f"[{text}]:{port}"


def address_of(version: int, address: int) -> Address:
    """Return the address of this family and value."""
    return ip_address(address.to_bytes(4 if version == 4 else 16, "big"))


def _place(word: str) -> tuple[Address, int]:
    match = _PLACE.fullmatch(word)
    if match is None:
        raise ConfigError(f"{word!r} is no address with a port; write {EXAMPLE}")
    port = int(match["port6"] or match["port4"])
    try:
        address = ip_address(match["six"] or match["four"])
    except ValueError as error:
        raise ConfigError(f"{word!r}: {error}") from error
    if port > 65535:
        raise ConfigError(f"{word!r}: there is no port {port}")
    return address, port
