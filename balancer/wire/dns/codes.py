"""The numbers of the DNS that this project gives a meaning to (IANA registry)."""

from enum import IntEnum


class Type(IntEnum):
    """Record types and query types."""

    A = 1
    NS = 2
    CNAME = 5
    SOA = 6
    PTR = 12
    MX = 15
    TXT = 16
    AAAA = 28
    SRV = 33
    DNAME = 39
    OPT = 41
    DS = 43
    RRSIG = 46
    NSEC = 47
    DNSKEY = 48
    NSEC3 = 50
    NSEC3PARAM = 51
    SVCB = 64
    HTTPS = 65
    NXNAME = 128  # says in an NSEC record that the name does not exist (RFC 9824)
    TSIG = 250
    IXFR = 251
    AXFR = 252
    ANY = 255
    CAA = 257


class Class(IntEnum):
    """Record classes."""

    IN = 1
    CHAOS = 3
    ANY = 255


class Opcode(IntEnum):
    """Kinds of query."""

    QUERY = 0
    NOTIFY = 4


class Rcode(IntEnum):
    """Response codes; those above 15 need EDNS0 (RFC 6891)."""

    NOERROR = 0
    FORMERR = 1
    NXDOMAIN = 3
    NOTIMP = 4
    REFUSED = 5
    NOTAUTH = 9
    BADVERS = 16


class OptionCode(IntEnum):
    """EDNS0 options."""

    NSID = 3
    CLIENT_SUBNET = 8
    COOKIE = 10
    KEEPALIVE = 11
