"""$GENERATE, held to what BIND makes of the same lines."""

import pytest

from balancer.nameserver.zones.generate import MAX_GENERATED, generated


@pytest.mark.parametrize(
    ("entry", "lines"),
    [
        pytest.param("1-2 a$ A 1.1.1.$", ["a1 A 1.1.1.1", "a2 A 1.1.1.2"], id="plain"),
        pytest.param("1-4/3 a 5 PTR $", ["a 5 PTR 1", "a 5 PTR 4"], id="step"),
        pytest.param("8-8 ${0,3,o} TXT x", ["010 TXT x"], id="octal"),
        pytest.param("254-254 ${0,5,x}.${1,0,X} TXT x", ["000fe.FF TXT x"], id="hex"),
        pytest.param("1-1 ${10,3,d}.${-1}.${+3} TXT x", ["011.0.4 TXT x"], id="offset"),
        pytest.param("18-18 ${0,0,n} PTR h", ["2.1 PTR h"], id="nibbles"),
        pytest.param("18-18 ${0,5,n}z PTR h", ["2.1.0z PTR h"], id="odd width"),
        pytest.param("250-250 ${0,4,N}x PTR h", ["A.F.x PTR h"], id="even width"),
        pytest.param("1-1 p$$ PTR a\\$$", ["p\\$ PTR a\\$1"], id="dollars"),
        pytest.param("1-1 p PTR a\\\\$", ["p PTR a\\\\1"], id="backslash"),
        pytest.param('1-1 m$ MX "10 m$" ; c', ["m1 MX 10 m1"], id="quoted"),
        pytest.param('1-1 m 5 IN MX "1 m$"', ["m 5 IN MX 1 m1"], id="TTL and class"),
        pytest.param('1-1 u TXT "\\"x $\\" y"', ['u TXT "x 1" y'], id="quotes within"),
        pytest.param('1-1 u TXT "x" "$"', ['u TXT "x" "1"'], id="two texts"),
        pytest.param("1-1 m$ MX 10 m$", ["m1 MX 10 m1"], id="not quoted"),
    ],
)
def test_lines(entry, lines):
    assert [each.strip() for each in generated(f"$generate {entry}\n")] == lines


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        pytest.param("", "write $GENERATE 1-9 host$ A", id="nothing"),
        pytest.param("1-2 a$", "write $GENERATE 1-9 host$ A", id="half"),
        pytest.param("1 a$ A 1.1.1.$", "'1' is no range as 1-9", id="no range"),
        pytest.param("-1-3 a$ A 1.1.1.$", "'-1-3' is no range", id="below 0"),
        pytest.param("3-1 a$ A 1.1.1.$", "the range '3-1' is empty", id="back"),
        pytest.param("1-3/0 a$ A 1.1.1.$", "'1-3/0' is empty", id="step 0"),
        pytest.param("1-2 a${0,500} A 1.1.1.1", "is wider than 127", id="width"),
        pytest.param("1-2 a${0,3,q} A 1.1.1.1", "no ${offset,width,base}", id="base"),
        pytest.param("1-2 a${0 A 1.1.1.1", "is no ${offset,width,base}", id="open"),
        pytest.param(f"0-{MAX_GENERATED} a A 1.1.1.1", "more than", id="many"),
    ],
)
def test_mistakes(entry, words):
    with pytest.raises(ValueError) as caught:
        list(generated(f"$GENERATE {entry}\n"))
    assert words in str(caught.value)
