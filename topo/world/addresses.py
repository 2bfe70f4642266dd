"""The address plan's arithmetic: numbers of sites, subnets and hosts to addresses.

All addresses look public, because resolvers treat private ones differently. IPv6
groups show the same decimal digits as IPv4 does: host 10 is `::10`.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

SITES_MAX = 200
CLIENTS_PER_NETWORK_MAX = 200
FIRST_HOST = 10  # the numbers below it are for gateways
FIRST_BALANCER_ON_LAN = 200  # behind the backends, where they share a LAN
FIRST_VIP = 80

SERVERS, NAMES, RESOLVERS, BALANCERS, SHARED_RESOLVERS = 1, 2, 3, 8, 9
FIRST_CLIENTS = 16
CLIENT_NETWORKS_PER_SITE_MAX = 200

NAMESERVER4 = IPv4Address("23.53.0.53")
NAMESERVER6 = IPv6Address("2a23:53::53")
ROOT4 = IPv4Address("23.53.0.1")
ROOT6 = IPv6Address("2a23:53::1")


def digits(number: int) -> int:
    """The number whose hexadecimal digits read as `number` does in decimal."""
    return int(str(number), 16)


def site_network4(site: int) -> IPv4Network:
    """11.S.0.0/16."""
    return IPv4Network(f"11.{site}.0.0/16")


def site_network6(site: int) -> IPv6Network:
    """2a11:0:S::/48."""
    return IPv6Network(f"2a11:0:{site}::/48")


def subnet4(site: int, subnet: int) -> IPv4Network:
    """11.S.N.0/24."""
    return IPv4Network(f"11.{site}.{subnet}.0/24")


def subnet6(site: int, subnet: int) -> IPv6Network:
    """2a11:0:S:(N<<8)::/56; its hosts are in the first /64."""
    return IPv6Network(f"2a11:0:{site}:{subnet << 8:x}::/56")


def vip4(datacenter: int, service: int) -> IPv4Address:
    """23.0.D.(80+k)."""
    return IPv4Address(f"23.0.{datacenter}.{FIRST_VIP + service}")


def vip6(datacenter: int, service: int) -> IPv6Address:
    """2a23:0:D::(80+k)."""
    return IPv6Address(f"2a23:0:{datacenter}::{FIRST_VIP + service}")


def shared_resolver4(number: int) -> IPv4Address:
    """23.53.1.N, of the N-th address that resolvers share."""
    return IPv4Address(f"23.53.1.{number}")


def shared_resolver6(number: int) -> IPv6Address:
    """2a23:53:1::N."""
    return IPv6Address(f"2a23:53:1::{number}")


def link_local(mac: str) -> IPv6Address:
    """The address that an interface gives itself (RFC 4291, appendix A)."""
    octets = bytes.fromhex(mac.replace(":", ""))
    identifier = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return IPv6Address(b"\xfe\x80" + bytes(6) + identifier)


def host_mac(site: int, subnet: int, host: int) -> str:
    """02:00:SS:NN:HH:HH, locally administered."""
    return f"02:00:{site:02x}:{subnet:02x}:{host >> 8:02x}:{host & 255:02x}"


def router_mac(site: int) -> str:
    """02:00:SS:00:00:01."""
    return host_mac(site, 0, 1)
