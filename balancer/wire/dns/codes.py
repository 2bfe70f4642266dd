"""The numbers of the DNS that this project gives a meaning to (IANA registry)."""

from enum import IntEnum


class Type(IntEnum):
    """Record types and query types."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    TXT = 16
    AAAA = 28
    OPT = 41
    DS = 43
    IXFR = 251
    AXFR = 252
    ANY = 255


class Class(IntEnum):
    """Record classes."""

    IN = 1
    CHAOS = 3


class Opcode(IntEnum):
    """Kinds of query."""

    QUERY = 0


class Rcode(IntEnum):
    """Response codes; those above 15 need EDNS0 (RFC 6891)."""

    NOERROR = 0
    FORMERR = 1
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5
    BADVERS = 16


class OptionCode(IntEnum):
    """EDNS0 options."""

    CLIENT_SUBNET = 8
