"""What the options of a query ask for, and what is said to them; pure."""

from struct import Struct
from typing import NamedTuple

from ...errors import WireError
from ...wire.dns.codes import OptionCode
from ...wire.dns.edns import IP_VERSION, OPTION, SUBNET, ClientSubnet, Edns, pack_option
from ..content.authority import Authority
from ..policies.asker import Asker, ClientAddress
from ..protection.cookies import WHOLE_OCTETS, Cookie

# Fits an IPv6 packet of minimal MTU unfragmented (DNS Flag Day 2020).
EDNS_PAYLOAD_OCTETS = 1232
EDNS_VERSION = 0
# Without options; DO is copied, whether zones are signed or not (RFC 3225, section 3).
OWN_OPT = (
    Edns(EDNS_PAYLOAD_OCTETS, EDNS_VERSION).to_wire(),
    Edns(EDNS_PAYLOAD_OCTETS, EDNS_VERSION, dnssec_ok=True).to_wire(),
)
# To look one up in its enumeration takes ten times as long.
NSID, COOKIE = OptionCode.NSID, OptionCode.COOKIE
CLIENT_SUBNET, KEEPALIVE = OptionCode.CLIENT_SUBNET, OptionCode.KEEPALIVE
SUBNET_HEAD = Struct(OPTION.format + SUBNET.format.lstrip("!"))
COOKIE_HEAD = OPTION.pack(COOKIE, WHOLE_OCTETS)
KEEPALIVE_UNITS_PER_S = 10  # RFC 7828, section 3.1


class Asked(NamedTuple):
    """The options of a query that change its answer."""

    subnet: ClientSubnet | None = None
    cookie: Cookie | None = None
    identity: bool = False
    keepalive: bool = False


NOTHING_ASKED = Asked()


def read_options(
    authority: Authority, edns: Edns | None, source: str, now_s: int
) -> Asked:
    """Return what the options ask for; WireError when one is malformed."""
    if edns is None or not edns.options:
        return NOTHING_ASKED
    given = edns.options
    # The first with each code, of which there is one most of the time.
    options = dict(given if len(given) == 1 else given[::-1])
    subnet = None
    if (data := options.get(CLIENT_SUBNET)) is not None:
        subnet = _subnet(data)
        if len(options) < len(edns.options):
            _check_others(edns)
    cookie = None
    if authority.cookies and (data := options.get(COOKIE)) is not None:
        cookie = authority.cookies.reply(data, source, now_s)
    asked = subnet, cookie, NSID in options, KEEPALIVE in options
    return tuple.__new__(Asked, asked)


def _check_others(edns: Edns) -> None:
    """Raise WireError where one of several client subnets is wrong."""
    for code, data in edns.options:
        if code == CLIENT_SUBNET:
            _subnet(data)


def _subnet(data: bytes) -> ClientSubnet:
    subnet = ClientSubnet.from_wire(data)
    if subnet.scope_prefix_length:  # RFC 7871, section 6
        raise WireError("client subnet with a scope in a query")
    return subnet


def asker_of(source: str, asked: Asked) -> Asker:
    """Return who asks: the client's network, if it is told, and the sender."""
    client = resolver = ClientAddress.from_text(source)
    subnet = asked.subnet
    if subnet is not None and subnet.source_prefix_length:
        parts = IP_VERSION[subnet.family], subnet.value
        client = tuple.__new__(ClientAddress, parts)
    return tuple.__new__(Asker, (client, resolver))


def own_opt(
    authority: Authority, edns: Edns, asked: Asked, scope: int, stream: bool = False
) -> bytes:
    """Return the OPT record of a response.

    Args:
        authority: what we say about ourselves.
        edns: the query's.
        asked: what its options ask for.
        scope: on what part of the client's subnet the answer is the same.
        stream: whether the query came by TCP.
    """
    opt = OWN_OPT[edns.dnssec_ok]
    if asked is NOTHING_ASKED:
        return opt
    subnet, cookie, wants_identity, wants_keepalive = asked
    options = b""
    if wants_identity and authority.identity:
        options = pack_option(NSID, authority.identity.encode())
    if subnet is not None:
        family, source, _, address = subnet
        octets = SUBNET.size + len(address)
        options += SUBNET_HEAD.pack(CLIENT_SUBNET, octets, family, source, scope)
        options += address
    if cookie is not None:
        options += COOKIE_HEAD + cookie.data
    if wants_keepalive and stream:  # RFC 7828 3.2.1: it means nothing by UDP
        units = int(authority.idle_timeout_s * KEEPALIVE_UNITS_PER_S)
        options += pack_option(KEEPALIVE, units.to_bytes(2, "big"))
    return opt[:-2] + len(options).to_bytes(2) + options
