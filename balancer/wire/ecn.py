"""Explicit congestion notification at the end of a tunnel (RFC 6040 section 4.2)."""

from enum import IntEnum

MASK = 0b11  # of TOS or traffic class; the rest is the DSCP


class Ecn(IntEnum):
    """The field's values (RFC 3168 section 5)."""

    NOT_ECT = 0
    ECT_1 = 1
    ECT_0 = 2
    CE = 3


def combine(outer: int, inner: int) -> int | None:
    """Return what the inner header must say when the outer one is taken off.

    None is for a packet that met congestion and cannot carry the news: dropping it
    tells the sender.
    """
    if outer == Ecn.CE:
        return None if inner == Ecn.NOT_ECT else Ecn.CE
    if (outer, inner) == (Ecn.ECT_1, Ecn.ECT_0):
        return Ecn.ECT_1
    return inner
