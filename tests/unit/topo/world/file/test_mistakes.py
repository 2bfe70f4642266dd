"""A world's file that is wrong: every mistake told, in a line, with its cure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import ConfigError
from topo.world.file.parse import parse_world

from ..conftest import AIRPORTS, WORLD


def mistakes(text):
    with pytest.raises(ConfigError) as caught:
        parse_world(text, "w.toml", AIRPORTS)
    return str(caught.value).split("\n")


FIVE = """\
name = "five"
descripton = "an unknown key"

[sites.fra]
region = "europe"

[sites.iad]
region = "north-america"

[[links]]
between = ["fra", "iad"]
rtt = 80

[[resolvers]]
name = "fra-bind9"
site = "fra"
kind = "bind9"
ecs = true

[[clients]]
name = "fra-home"
site = "frx"
resolver = "fra-bind"

[[datacenters]]
site = "fra"

[[services]]
name = "www"
"""


def test_five_mistakes_are_five_lines():
    assert mistakes(FIVE) == [
        'w.toml:2: descripton: unknown key (did you mean "description"?)',
        'w.toml:12: links.fra-iad.rtt: 80 has no unit (did you mean "80 ms"?)',
        "w.toml:18: resolvers.fra-bind9.ecs: bind9 sends no client subnets (kinds "
        "that do: unbound, pdns-recursor, dnsmasq, dnsdist)",
        'w.toml:22: clients.fra-home.site: no site "frx" (did you mean "fra"?)',
        'w.toml:23: clients.fra-home.resolver: no resolver "fra-bind" (did you mean '
        '"fra-bind9"?)',
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        pytest.param('"small"', '"Small"', 1, "is not a name", id="name"),
        pytest.param('"small"', f'"{"x" * 65}"', 1,
                     "too long for a name (65 characters, at most 48)", id="length"),
        pytest.param('"small"', '"small"\ndomain = "a.test"', 2, "resolvers answer",
                     id="local domain"),
        pytest.param('"small"', '"small"\ndomain = "nodots"', 2, "is not a domain",
                     id="domain"),
        pytest.param("[sites.fra]", "[sites.frax]", 3, 'did you mean "fra"?',
                     id="site misspelt once"),
        pytest.param("[sites.fra]", "[sites.FRA]", 3, 'did you mean "fra"?',
                     id="upper case"),
        pytest.param('region = "europe"\n', "", 3, 'add region = "europe"',
                     id="missing key"),
        pytest.param("[[links]]", '[sites.london]\nregion="x"\n[[links]]\n'
                     'between = ["london", "fra"]\n[[links]]', 9,
                     "(did you mean lhr?)", id="city"),
        pytest.param('"europe"', '"europe"\nlatitude = 91', 5, "at most 90",
                     id="latitude"),
        pytest.param('"iad"]', '"fra"]', 10, "both ends are", id="link to itself"),
        pytest.param('"iad"]', '"iad", "fra"]', 10, "3 entries", id="three ends"),
        pytest.param("[[links]]", "[sites.syd]\nregion='x'\n[[links]]", 9,
                     'between = ["fra", "syd"]', id="not connected"),
        pytest.param("[[resolvers]]", "[[links]]\nbetween=['iad','fra']\n[[resolvers]]",
                     14, "linked twice (first on line 9)", id="linked twice"),
        pytest.param('"unbound"', '"unbind"', 16, 'did you mean "unbound"?', id="kind"),
        pytest.param('kind = "bind9"', 'kind = "dnsmasq"', 19, "forward_to: missing",
                     id="dnsmasq without upstream"),
        pytest.param('"bind9"', '"bind9"\nforward_to = "fra-unbound"', 23,
                     "bind9 resolves itself", id="recursor that forwards"),
        pytest.param('"bind9"', '"bind9"\nmin_ttl = "2 min"', 23, "at most 90 s",
                     id="BIND's largest minimum"),
        pytest.param('"bind9"', '"pdns-recursor"\nmax_ttl = "14 s"', 23,
                     "at least 15 s", id="Recursor's smallest maximum"),
        pytest.param('"bind9"', '"bind9"\nmin_ttl = "9 s"\nmax_ttl = "8 s"', 24,
                     "below min_ttl (9 s)", id="clamps crossed"),
        pytest.param('"bind9"', '"bind9"\norder = "shuffled"', 23, "is none of fixed",
                     id="no such order"),
        pytest.param('"unbound"', '"unbound"\norder = "random"', 17,
                     "only fixed or rotated", id="order that unbound has not"),
        pytest.param('"bind9"', '"bind9"\nchoice = "first"', 23,
                     "in its own way only", id="choice without a choice"),
        pytest.param('"bind9"', '"dnsmasq"\nforward_to = "fra-unbound"\n'
                     "prefetch = true", 24, "dnsmasq fetches nothing ahead",
                     id="prefetching forwarder"),
        pytest.param('"bind9"', '"dnsdist"\nforward_to = ["fra-unbound", "fra-x"]', 23,
                     'no resolver "fra-x"', id="one of several unknown"),
        pytest.param('"bind9"', '"bind9"\nserve_stale = 60', 23, '"60 s"',
                     id="stale without unit"),
        pytest.param('"unbound"', '"unbound"\nreplies_from_own = true', 17,
                     "one address only", id="nothing to forget"),
        pytest.param('site = "iad"\nkind', "kind", 19, 'add site = "fra"',
                     id="resolver nowhere"),
        pytest.param('site = "iad"\nkind', 'site = "iad"\nsites = ["fra"]\nkind', 22,
                     "both said", id="site and sites"),
        pytest.param('site = "iad"\nkind', 'sites = ["fra", "fra"]\nkind', 21,
                     "instances = 2 puts two", id="a site twice"),
        pytest.param('site = "iad"\nkind', 'site = "iad"\ninstances = 2\nkind', 22,
                     'sites = ["fra"], not site', id="several at one address"),
        pytest.param('site = "iad"\nkind', 'sites = ["fra", "syd"]\nkind', 21,
                     'no site "syd"', id="no such site"),
        pytest.param('"bind9"', '"bind9"\nanycast = "fra-unbound"', 23,
                     "is a resolver", id="shared address with a host's name"),
        pytest.param('name = "iad-bind9"\nsite = "iad"', 'name = "a-shared-one"\n'
                     'sites = ["fra"]', 20, "at most 11 here",
                     id="shared name too long"),
        pytest.param('site = "iad"\n\n[[s', 'site = "iad"\nnameserver = "nsd"\n\n[[s',
                     32, "is none of ours, gdnsd", id="nameserver"),
        pytest.param('"www"', '"www"\nforwarding = "ipib"', 35,
                     'did you mean "ipip"?', id="forwarding"),
        pytest.param('"www"', '"www"\nslots = 65536', 35, "65536 is not a prime",
                     id="slots"),
        pytest.param('"www"', '"www"\nselection_options = { factor = 2 }', 35,
                     "maglev: no option is named 'factor'; there are: size",
                     id="option of another method"),
        pytest.param('site = "iad"\n\n[[s',
                     'site = "iad"\nweights = [1, 2]\n\n[[s', 32,
                     "2 weights for 4 backends", id="too few weights"),
        pytest.param('site = "iad"\n\n[[s',
                     'site = "iad"\nweights = [0, 0, 0, 0]\n\n[[s', 32,
                     "all are 0", id="no weight at all"),
        pytest.param('site = "iad"\n\n[[s',
                     'site = "iad"\nweights = [1, 2, 3, 400]\n\n[[s', 32,
                     "at most 256", id="too much weight"),
        pytest.param('site = "iad"\n\n[[s',
                     'site = "iad"\nnameserver = "knot"\nnameserver_xdp = true\n\n[[s',
                     33, '"knot" does not answer in XDP', id="another's XDP"),
        pytest.param('site = "iad"\n\n[[services]]\n',
                     'site = "iad"\nnameserver = "knot"\n\n[[services]]\n'
                     'policy = "load"\n', 35,
                     '"knot" cannot choose by load (nearest or static)',
                     id="policy of ours alone"),
        pytest.param("[[services]]", '[[service]]\nname = "w"\n[[services]]', 33,
                     'did you mean "services"?', id="array of a wrong name"),
        pytest.param('"europe"', "{ a = 1 }", 4, "{'a': 1} must be text",
                     id="table for text"),
        pytest.param('"www"', '"www"\nforwarding = "l2"', 35,
                     "on one LAN at iad (add shared_lan = true", id="L2 over a router"),
        pytest.param('"www"', '"www"\ntoo_big = "drop"', 35,
                     "is none of answer, split", id="too big"),
        pytest.param('"www"', '"www"\nforwarding = "nat"\ntoo_big = "split"', 36,
                     "nat makes no packet larger", id="nothing to split"),
        pytest.param('"www"', '"www"\nforwarding = "gue"\nsecond_chance = true', 36,
                     "there is none by gue (only by gre)", id="no key by GUE"),
        pytest.param('"www"', '"www"\nsecond_chance = true\nmtu = 1304', 36,
                     "too small for gre (at least 1308)", id="MTU with a key"),
        pytest.param('"www"', '"www"\nmtu = 1300', 35,
                     "too small for gre (at least 1304)", id="MTU of a mode"),
        pytest.param('"www"', '"www"\nclamp_mss = 20', 35, "at least 64", id="MSS"),
        pytest.param('"small"', '"small"\nbalancer = "haprxy"', 2,
                     'did you mean "haproxy"?', id="balancer"),
        pytest.param("ecs = true", 'ecs = "yes"', 17, "true or false",
                     id="not boolean"),
        pytest.param("ecs = true", "ecs = true\nesc = true", 18,
                     'did you mean "ecs"?', id="unknown key"),
        pytest.param('resolver = "fra-unbound"', "", 24, 'add resolver = "fra-unbound"',
                     id="clients without resolver"),
        pytest.param("hosts = 2", "hosts = 0", 27, "at least 1", id="no hosts"),
        pytest.param("hosts = 2", "hosts = -5", 27, "at least 1", id="negative"),
        pytest.param("hosts = 2", "hosts = 10000", 27, "at most 200", id="huge"),
        pytest.param("hosts = 2", 'hosts = "2"', 27, "without quotes", id="quoted"),
        pytest.param('"fra-home"', '"frankfurt-home"', 25, "at most 13 here",
                     id="name too long"),
        pytest.param('"iad-bind9"', '"iad-lb1"', 20, "taken by the datacenter iad",
                     id="balancer's name"),
        pytest.param('name = "iad-bind9"', 'name = "fra-home-2"', 25,
                     "taken by resolvers on line 20", id="resolver's name"),
        pytest.param('name = "iad-bind9"', 'name = "fra-iad"', 20, "taken by a link",
                     id="link's name"),
        pytest.param('"iad-bind9"', '"fra-unbound"', 20,
                     "taken by resolvers on line 14", id="two resolvers of one name"),
        pytest.param("[[datacenters]]", "[[datacenters]]\nsite='iad'\n[[datacenters]]",
                     33, "there twice (first on line 31)", id="two datacenters"),
        pytest.param('"www"', '"ns"', 34, "is the nameserver", id="reserved service"),
        pytest.param('"www"', '"iad-ns"', 34, "is the nameserver", id="own name"),
        pytest.param('"www"', '"www"\npolicy = "near"', 35, 'did you mean "nearest"?',
                     id="policy"),
        pytest.param('"www"', '"www"\nttl = 20', 35, 'did you mean "20 s"?', id="TTL"),
        pytest.param('"www"', '"www"\nport = 0', 35, "at least 1", id="port"),
        pytest.param("[[services]]", "[services]", 33,
                     "must be an array ([[services]])", id="table for array"),
        pytest.param("[[links]]", "[[links]", 9, "TOML:", id="syntax"),
        pytest.param("[[links]]", f"deep = {'[' * 9999}", 1, "nested too deep",
                     id="deep"),
        pytest.param("[sites.iad]", "[sites.fra]", 6, "TOML:", id="site twice"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line(old, new, line, words):
    assert old in WORLD
    [told] = mistakes(WORLD.replace(old, new, 1))
    assert told.startswith(f"w.toml:{line}: ")
    assert words in told


def test_a_forwarder_behind_a_forwarder_is_refused():
    forwarders = """
[[resolvers]]
name = "one"
site = "fra"
kind = "dnsmasq"
forward_to = "two"

[[resolvers]]
name = "two"
site = "fra"
kind = "dnsmasq"
forward_to = "fra-unbound"
"""
    [told] = mistakes(WORLD + forwarders)
    assert '"two" only forwards too' in told


def test_too_many_sites():
    codes = [f"{a}{b}x" for a in "abcdefghijklmno" for b in "abcdefghijklmno"]
    airports = {code: AIRPORTS["fra"] for code in codes} | AIRPORTS
    sites = "".join(f'\n[sites.{code}]\nregion = "r"' for code in codes)
    links = "".join(f'\n[[links]]\nbetween = ["fra", "{code}"]' for code in codes)
    with pytest.raises(ConfigError, match=r"227 sites \(at most 200\)"):
        parse_world(WORLD + sites + links, "w.toml", airports)


def test_an_empty_file_names_all_that_is_missing():
    told = mistakes("")
    assert [line.split(": ")[1] for line in told] == sorted(
        ["name", "sites", "clients", "resolvers", "datacenters", "services"]
    )


LINES = WORLD.split("\n")
ODD_LINES = ["", "]", "[[links]]", "[links]", "[[sites]]", "sites = 5", '"" = 1']
ODD_VALUES = ["5", "nan", "true", "[1, 2]", "{ a = 1 }", '""', "1979-05-27", "[[1]]"]


@given(
    st.dictionaries(
        st.integers(0, len(LINES) - 1),
        st.tuples(
            st.booleans(), st.sampled_from(ODD_VALUES), st.sampled_from(ODD_LINES)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_broken_files_parse_or_are_refused_in_words(changes):
    lines = list(LINES)
    for position, (keep_key, value, line) in changes.items():
        key, equals, _ = lines[position].partition("=")
        lines[position] = f"{key}= {value}" if equals and keep_key else line
    try:
        parse_world("\n".join(lines), "w.toml", AIRPORTS)
    except ConfigError as error:
        assert all(line.startswith("w.toml:") for line in str(error).split("\n"))


APART = {
    'name = "small"': 'name = "small"\ncolour = "red"',
    'region = "europe"': "region = 5",
    'rtt = "80 ms"': "rtt = 80",
    'between = ["fra", "iad"]': 'between = ["fra", "idd"]',
    'kind = "unbound"': 'kind = "unbond"',
    'kind = "bind9"': 'kind = "bind9"\necs = true',
    "hosts = 2": "hosts = -2",
    'resolver = "fra-unbound"': 'resolver = "fra-unbond"',
    '[[datacenters]]\nsite = "iad"': '[[datacenters]]\nsite = "aid"\nbackends = 1000',
    'name = "www"': 'name = "ns"\nttl = "0.5 s"',
}


@given(st.sets(st.sampled_from(sorted(APART)), min_size=1))
def test_no_mistake_hides_another_or_makes_a_false_one(wrong):
    text = WORLD
    for old in wrong:
        assert old in text
        text = text.replace(old, APART[old], 1)
    twice = sum("backends" in APART[old] or "ttl" in APART[old] for old in wrong)
    assert len(mistakes(text)) == len(wrong) + twice
