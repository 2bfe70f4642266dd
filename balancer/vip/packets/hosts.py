"""Which addresses one host can have that packets are routed to and from; no I/O."""

from ...model import Address

_MAPPED = 0xFFFF  # the word before the last, of an IPv4 address in an IPv6 one


def is_martian_address(version: int, address: int) -> bool:
    """Whether an address is no single host's, or not one that packets are routed from.

    In IPv4 0/8, 127/8, and multicast and beyond (RFC 1812 5.3.7); in IPv6 ::/96,
    link-local and multicast (RFC 4291 2.5 and 2.7), and ::ffff:0:0/96, which stands for
    IPv4 inside of machines alone (RFC 6890 2.2.3).
    """
    if version == 4:
        first_octet = address >> 24
        return first_octet in (0, 127) or first_octet >= 224
    high = address >> 118  # ten bits: link-local's prefix
    return address >> 32 in (0, _MAPPED) or high == 0xFE80 >> 6 or high >> 2 == 0xFF


def require_host(address: Address) -> None:
    """Raise ValueError unless packets can be routed to the address, and from it."""
    if is_martian_address(address.version, int(address)):
        raise ValueError(f"'{address}' is no address of a single host that is routed")
