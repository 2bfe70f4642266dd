"""Hypothesis strategies for what comes over the wire in DNS."""

from hypothesis import strategies as st

from balancer.wire.dns.edns import ADDRESS_BITS, ClientSubnet, Edns, Option
from balancer.wire.dns.query import Header, Query, Question

labels = st.binary(min_size=1, max_size=20)
names = st.lists(labels, max_size=6).map(
    lambda found: b"".join(bytes([len(each)]) + each for each in found) + b"\0"
)
words = st.integers(0, 0xFFFF)
octets = st.integers(0, 0xFF)
# What dnspython reads more strictly than we do: client subnets, cookies, extended
# errors, report channels, and texts about filtering.
WITH_A_FORM = frozenset({8, 10, 15, 18, 22, 23, 24, 25})
options = st.builds(
    Option,
    code=words.filter(lambda code: code not in WITH_A_FORM),
    data=st.binary(max_size=20),
)


@st.composite
def client_subnets(draw):
    family = draw(st.sampled_from([1, 2]))
    bits = ADDRESS_BITS[family]
    source = draw(st.integers(0, bits))
    value = draw(st.integers(0, (1 << source) - 1)) << (bits - source)
    address = value.to_bytes(bits // 8, "big")[: (source + 7) // 8]
    return ClientSubnet(family, source, 0, address)


subnet_options = client_subnets().map(lambda subnet: Option(8, subnet.to_wire()))
edns_records = st.builds(
    Edns,
    payload_size=words,
    version=st.sampled_from([0, 0, 0, 1]),
    dnssec_ok=st.booleans(),
    options=st.lists(subnet_options | options, max_size=3).map(tuple),
    extended_rcode=octets,
)


@st.composite
def queries(draw, asked_names=names):
    question = Question(
        draw(asked_names),
        draw(st.sampled_from([1, 2, 5, 6, 16, 28, 43, 65, 255]) | words),
        draw(st.sampled_from([1, 1, 1, 1, 3, 255])),
    )
    edns = draw(st.none() | edns_records)
    flags = draw(words) & 0x07FF  # QR and opcode 0
    return Query(Header(draw(words), flags, 1, 0, 0, int(bool(edns))), question, edns)
