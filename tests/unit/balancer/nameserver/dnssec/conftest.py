"""A signed zone with everything in it, and its key as dnspython has it."""

import dns.name
import dns.rdata
import dns.rrset
import pytest

from balancer.nameserver.content.authority import Authority
from balancer.wire.dns.names import name_from_text

APEX = dns.name.from_text("gslb.net")
APART = '{ name = "apart.gslb.net", type = "CNAME", value = "www.plain.gslb.net" }'
UNSORTED = ",\n  ".join(
    f'{{ name = "*.heap.gslb.net", type = "TXT", value = "{text}" }}'
    for text in ("zz", "a", "mmm", "y")
)
SIGNED_CONFIG_EDITS = {
    'record = [\n  { name = "gslb': (
        f'record = [\n  {APART},\n  {UNSORTED},\n  {{ name = "gslb'
    ),
    'name = "gslb.net"\nprimary': (
        'name = "gslb.net"\ndnssec = { key = "any" }\nprimary'
    ),
    'name = "child.gslb.net"\n': (
        f'name = "child.gslb.net"\nds = ["7 13 2 {"ab" * 32}"]\n'
    ),
}


@pytest.fixture(scope="module")
def signed(zone_text, load):
    text = zone_text
    for old, new in SIGNED_CONFIG_EDITS.items():
        assert old in text
        text = text.replace(old, new)
    plain = (
        '[[zone.delegation]]\nname = "plain.gslb.net"\nnameservers = { "a.org" = [] }\n'
    )
    text = text.replace("[[zone.service]]", f"{plain}[[zone.service]]", 1)
    return Authority(load(text))


@pytest.fixture(scope="module")
def keys(signed):
    rdata = signed.zones.by_apex[name_from_text("gslb.net")].key.dnskey
    key = dns.rdata.from_wire("IN", "DNSKEY", rdata, 0, len(rdata))
    return {APEX: dns.rrset.from_rdata(APEX, 3600, key)}
