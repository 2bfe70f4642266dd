"""The table of RFC 6040 figure 4, whole."""

import pytest

from balancer.wire.ecn import Ecn, combine

INNER = (Ecn.NOT_ECT, Ecn.ECT_0, Ecn.ECT_1, Ecn.CE)
# By the outer header, in the order of INNER.
FIGURE_4 = {
    Ecn.NOT_ECT: (Ecn.NOT_ECT, Ecn.ECT_0, Ecn.ECT_1, Ecn.CE),
    Ecn.ECT_0: (Ecn.NOT_ECT, Ecn.ECT_0, Ecn.ECT_1, Ecn.CE),
    Ecn.ECT_1: (Ecn.NOT_ECT, Ecn.ECT_1, Ecn.ECT_1, Ecn.CE),
    Ecn.CE: (None, Ecn.CE, Ecn.CE, Ecn.CE),
}


@pytest.mark.parametrize("outer", list(Ecn))
def test_the_inner_header_afterwards(outer: Ecn) -> None:
    assert tuple(combine(outer, inner) for inner in INNER) == FIGURE_4[outer]
