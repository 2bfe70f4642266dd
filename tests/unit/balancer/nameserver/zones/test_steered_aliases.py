"""Services whose sites are names: aliases that a policy chooses, and what is behind."""

from collections import Counter
from random import Random

import dns.dnssec
import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import pytest

from balancer.errors import ConfigError
from balancer.nameserver.answering.answer import answer
from balancer.nameserver.answering.fast import FastPath
from balancer.nameserver.loading.load import load_content
from balancer.nameserver.policies.steering import NOTHING_KNOWN, SiteState, SteeringMap
from balancer.nameserver.transfer.axfr import transfer
from balancer.nameserver.zones.aliases import MAX_ALIASES

NOW_S = 1_800_000_000
FRA, IAD = "11.1.3.10", "11.2.3.10"
HEAD = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[map]
rtt_ms.fra = { fra = 0.5, iad = 88.0 }
rtt_ms.iad = { fra = 88.0, iad = 0.5 }
rtt_ms.syd = { fra = 280.0, iad = 220.0 }
network = [
  { prefix = "11.2.0.0/16", location = "iad" },
  { prefix = "11.3.0.0/17", location = "syd" },
]
[[zone]]
name = "gslb.net"
file = "gslb.zone"
"""
ZONE = """\
$TTL 60
@ SOA ns hostmaster 1 2 3 4 5
  NS ns
ns A 23.53.0.53
www CNAME cdn
fra A 23.0.1.80
fra TXT fra
iad CNAME iad2
iad2 A 23.0.2.80
back CNAME ring
x CNAME y
y CNAME long-ring
z CNAME y
child NS ns.child
ns.child A 23.0.0.9
"""
# What each service has for fra and for iad.
SERVICES = {
    "cdn": ("fra", "iad"),
    "away": ("a.example.org", "b.example.org"),
    "mixed": ("a.example.org", "nowhere"),
    "into": ("child", "x.child"),
    "again": ("cdn", "again2"),
    "again2": ("again", "iad"),
    "*.any": ("fra", "iad"),
    "to-any": ("x.any", "y.any"),
}


def service(name, targets, policy="nearest", more=""):
    sites = ", ".join(
        f'{{ name = "{site}", alias = "{full(target)}" }}'
        for site, target in zip(("fra", "iad"), targets, strict=True)
    )
    head = f'[[zone.service]]\nname = "{name}.gslb.net"\nttl = "20 s"\n'
    return f'{head}policy = "{policy}"\n{more}site = [ {sites} ]\n'


def full(name):
    return name if name.endswith((".org", ".net")) else f"{name}.gslb.net"


ALL = HEAD + "".join(service(*each) for each in SERVICES.items())


class Server:
    """What answers, on which both paths agree unless it is drawn."""

    def __init__(self, folder, text, steering=NOTHING_KNOWN):
        (folder / "dns.toml").write_text(text)
        (folder / "gslb.zone").write_text(ZONE)
        content = load_content(folder / "dns.toml")
        content.guide.settle(steering, Random(1).random)
        self.is_fixed = "weighted" not in text
        self.authority = content.authority(b"k" * 16)

    def ask(self, name, type_="A", source=FRA, subnet=None, **options):
        if subnet is not None:
            address, length = subnet.split("/")
            options["options"] = [dns.edns.ECSOption(address, int(length))]
        query = dns.message.make_query(full(name), type_, **options)
        wires = [
            answer(self.authority, query.to_wire(), source, NOW_S).wire,
            FastPath(self.authority).answer(query.to_wire(), source, NOW_S),
        ]
        assert not self.is_fixed or wires[1] in (None, wires[0])
        response = dns.message.from_wire(wires[0])
        # No record twice, which dnspython would not show.
        assert sum(map(len, response.answer)) == int.from_bytes(wires[0][6:8], "big")
        return response

    def told(self, *args, **kwargs):
        """The names and values of the answers, in order."""
        return told(self.ask(*args, **kwargs))


def told(response):
    short = [
        (rrset.name.to_text(), rdata.to_text())
        for rrset in response.answer
        for rdata in rrset
        if rrset.rdtype != dns.rdatatype.RRSIG
    ]
    return [tuple(it.replace(".gslb.net.", "") for it in each) for each in short]


@pytest.fixture
def server(tmp_path):
    return Server(tmp_path, ALL)


@pytest.mark.parametrize(
    ("name", "type_", "source", "rcode", "expected"),
    [
        pytest.param("cdn", "A", FRA, 0, "cdn fra, fra 23.0.1.80", id="near"),
        pytest.param(
            "cdn", "A", IAD, 0, "cdn iad, iad iad2, iad2 23.0.2.80", id="aliases behind"
        ),
        pytest.param(
            "www", "A", FRA, 0, "www cdn, cdn fra, fra 23.0.1.80", id="alias before"
        ),
        pytest.param("cdn", "CNAME", IAD, 0, "cdn iad", id="the alias alone"),
        pytest.param("www", "CNAME", IAD, 0, "www cdn", id="the fixed alias alone"),
        pytest.param("cdn", "ANY", FRA, 0, "cdn fra", id="ANY"),
        pytest.param("cdn", "TXT", FRA, 0, 'cdn fra, fra "fra"', id="another type"),
        pytest.param("cdn", "MX", FRA, 0, "cdn fra", id="no data behind"),
        pytest.param("away", "A", IAD, 0, "away b.example.org.", id="out of zone"),
        pytest.param("mixed", "A", IAD, 3, "mixed nowhere", id="to no name"),
        pytest.param("into", "A", FRA, 0, "into child", id="into a child"),
        pytest.param("into", "A", IAD, 0, "into x.child", id="below a child"),
        pytest.param(
            "again", "A", FRA, 0, "again cdn, cdn fra, fra 23.0.1.80", id="chosen twice"
        ),
        pytest.param(
            "again2", "A", FRA, 0, "again2 again, again cdn, cdn fra, fra 23.0.1.80"
        ),
        pytest.param("x.any", "A", FRA, 0, "x.any fra, fra 23.0.1.80", id="wildcard"),
        pytest.param(
            "to-any",
            "A",
            IAD,
            0,
            "to-any y.any, y.any iad, iad iad2, iad2 23.0.2.80",
            id="to a wildcard",
        ),
        pytest.param("x.cdn", "A", FRA, 3, "", id="below"),
    ],
)
def test_answers(server, name, type_, source, rcode, expected):
    response = server.ask(name, type_, source)
    assert ", ".join(map(" ".join, told(response))) == expected
    assert response.rcode() == rcode
    assert response.flags & dns.flags.AA
    is_denial = not any(
        it.rdtype == response.question[0].rdtype for it in response.answer
    )
    if type_ in ("A", "MX") and is_denial and "child" not in expected:
        assert bool(response.authority) == ("org" not in expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("a", "a b, b a", id="chosen ones"),
        pytest.param("ring", "ring back, back ring", id="a fixed one behind"),
        pytest.param("back", "back ring, ring back", id="a fixed one before"),
        pytest.param("x", "x y, y long-ring, long-ring z, z y", id="into the middle"),
        pytest.param("self", "self x.self, x.self self", id="from below"),
    ],
)
def test_a_ring_ends_where_it_closes(tmp_path, name, expected):
    rings = {"a": "b", "b": "a", "ring": "back", "long-ring": "z"}
    rings |= {"self": "x.self", "x.self": "self"}
    text = HEAD + "".join(service(name, (to, to)) for name, to in rings.items())
    found = Server(tmp_path, text).told(name)
    assert ", ".join(map(" ".join, found)) == expected


def test_aliases_are_followed_so_far_and_no_further(tmp_path):
    chain = [service(f"a{n}", (f"a{n + 1}",) * 2) for n in range(MAX_ALIASES + 3)]
    found = Server(tmp_path, HEAD + "".join(chain)).told("a0")
    assert len(found) == MAX_ALIASES


@pytest.mark.parametrize(
    ("name", "subnet", "scope"),
    [
        pytest.param("cdn", "11.2.0.0/16", 16, id="iad"),
        pytest.param("cdn", "11.3.128.0/17", 17, id="beside syd"),
        pytest.param("www", "11.2.0.0/16", 16, id="behind an alias"),
        pytest.param("mixed", "11.2.0.0/16", 16, id="no such name"),
        pytest.param("away", "11.2.0.0/16", 16, id="elsewhere"),
        pytest.param("into", "11.2.0.0/16", 16, id="referral"),
        pytest.param("cdn", "0.0.0.0/0", 0, id="not told"),
    ],
)
def test_scopes(server, name, subnet, scope):
    [option] = server.ask(name, subnet=subnet).options
    assert option.scopelen == scope


def test_of_two_choices_the_narrower_scope_holds(tmp_path):
    text = HEAD + service("a", ("b", "b"), "sticky") + service("b", ("fra", "iad"))
    server = Server(tmp_path, text)
    for name, scope in (("a", 24), ("b", 16)):
        [option] = server.ask(name, subnet="11.2.0.0/16").options
        assert option.scopelen == scope


def test_weights(tmp_path):
    text = HEAD + service("a", ("fra", "iad"), "weighted")
    text = text.replace('alias = "fra.gslb.net"', 'alias = "fra.gslb.net", weight = 3')
    server = Server(tmp_path, text)
    counts = Counter(server.told("a", "CNAME")[0][1] for _ in range(1000))
    assert 700 < counts["fra"] < 800


@pytest.mark.parametrize(
    ("down", "all_down", "expected"),
    [
        pytest.param(["fra"], "", "a iad", id="one down"),
        pytest.param(["fra", "iad"], "", "a fra", id="all down"),
        pytest.param(["fra", "iad"], 'all_down = "nodata"\n', "", id="nothing then"),
    ],
)
def test_health(tmp_path, down, all_down, expected):
    text = HEAD + service("a", ("fra", "iad"), "failover", all_down)
    states = {site: SiteState(healthy=False) for site in down}
    server = Server(tmp_path, text, SteeringMap(1, states))
    for type_ in ("A", "CNAME"):
        response = server.ask("a", type_)
        assert ", ".join(map(" ".join, told(response)[:1])) == expected
        assert response.rcode() == dns.rcode.NOERROR
        assert bool(response.authority) == (not expected)


@pytest.mark.parametrize("name", ["www", "x.any", "mixed"])
def test_signed(tmp_path, name):
    server = Server(tmp_path, ALL.replace('zone"\n', 'zone"\ndnssec.key = "k.pem"\n'))
    apex = dns.name.from_text("gslb.net")
    keys = {apex: server.ask("gslb.net", "DNSKEY", want_dnssec=True).answer[0]}
    response = server.ask(name, "A", IAD, want_dnssec=True)
    sets = [it for it in response.answer if it.rdtype != dns.rdatatype.RRSIG]
    assert len(sets) >= 1
    for rrset in sets:
        find = rrset.name, 1, dns.rdatatype.RRSIG, rrset.rdtype
        signature = response.get_rrset(response.answer, *find)
        dns.dnssec.validate(rrset, signature, keys, now=NOW_S)


def test_secondaries_get_the_first_one(tmp_path):
    text = HEAD + 'transfer = { to = ["11.1.2.99"] }\n' + service("a", ("fra", "iad"))
    query = dns.message.make_query("gslb.net", "AXFR").to_wire()
    [wire] = transfer(Server(tmp_path, text).authority, query, "11.1.2.99")
    found = [it for it in told(dns.message.from_wire(wire)) if it[0] == "a"]
    assert found == [("a", "fra")]


def site(*texts):
    sites = ", ".join(texts)
    head = '[[zone.service]]\nname = "a.gslb.net"\nttl = "20 s"\n'
    return f'{head}policy = "failover"\nsite = [ {sites} ]\n'


ALIAS = '{ name = "fra", alias = "fra.gslb.net" }'
PLACE = "zone[0].service[0]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            site('{ name = "fra" }'),
            f"{PLACE}.site[0].addresses: missing; or give an alias",
            id="neither",
        ),
        pytest.param(
            site(ALIAS.replace(" }", ', addresses = ["1.1.1.1"] }')),
            f"{PLACE}.site[0].alias: there are addresses; give one of them",
            id="both",
        ),
        pytest.param(
            site(ALIAS, '{ name = "iad", addresses = ["1.1.1.1"] }'),
            f"{PLACE}.site: some have an alias and some have addresses",
            id="mixed",
        ),
        pytest.param(
            site(ALIAS.replace('"fra.', '"a.')),
            f"{PLACE}.site[0].alias: an alias of itself",
            id="itself",
        ),
        pytest.param(
            service("a", ("fra", "iad"), "static"),
            f"{PLACE}.policy: 'static' answers with all sites",
            id="all of them",
        ),
        pytest.param(
            service("ns", ("fra", "iad")),
            "gslb.zone:4: a CNAME cannot share 'ns.gslb.net' with other records",
            id="beside a record",
        ),
        pytest.param(
            service("x", ("fra", "iad")).replace("x.gslb", "gslb"),
            "gslb.zone:2: a CNAME cannot share 'gslb.net' with other records",
            id="apex",
        ),
        pytest.param(
            service("x.child", ("fra", "iad")),
            "'x.child.gslb.net' is delegated away by 'child.gslb.net'",
            id="below a cut",
        ),
    ],
)
def test_mistakes(tmp_path, text, words):
    with pytest.raises(ConfigError) as caught:
        Server(tmp_path, HEAD + text)
    assert words in str(caught.value)
