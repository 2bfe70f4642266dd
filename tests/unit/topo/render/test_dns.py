import tomllib
from collections import Counter
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from dns.message import make_query, make_response
from dns.rrset import from_text_list

from balancer.config import parse_config
from balancer.nameserver.loading.config import DnsConfig
from topo.render import dns_config, root_config, root_hints
from topo.world.plan import Role, make_plan
from topo.world.probe_names import answer_octets, most_records
from topo.world.records import NameserverNames


@pytest.mark.parametrize("render", [dns_config, root_config])
def test_our_nameserver_reads_it(earth, render):
    for datacenter in earth.world.datacenters:
        text = render(earth, datacenter.site)
        config = parse_config(text, "dns.toml", DnsConfig)
        assert config.server.site == datacenter.site
        assert len(config.server.listen) == 4


def test_zone_and_service(duo):
    config = tomllib.loads(dns_config(duo, "iad"))
    [zone] = config["zone"]
    assert config["server"] == {
        "site": "iad",
        "listen": ["23.53.0.53", "2a23:53::53", "11.2.2.10", "2a11:0:2:200::10"],
        "port": 53,
        "samples_per_second": 100,
    }
    assert config["metrics"] == {"listen": "127.0.0.1:9153"}
    assert {(it["name"], it["type"], it["value"]) for it in zone["record"]} >= {
        ("frontlab.net", "NS", "ns.frontlab.net"),
        ("ns.frontlab.net", "A", "23.53.0.53"),
        ("ns.frontlab.net", "AAAA", "2a23:53::53"),
    }
    assert zone["service"][0] == {
        "name": "www.frontlab.net",
        "ttl": "20 s",
        "policy": "nearest",
        "site": [
            {"name": "fra", "addresses": ["23.0.1.80", "2a23:0:1::80"]},
            {"name": "iad", "addresses": ["23.0.2.80", "2a23:0:2::80"]},
        ],
    }


@pytest.mark.parametrize(
    ("names", "servers"),
    [
        pytest.param("shared", ["ns"], id="one for all"),
        pytest.param("own", ["fra-ns", "iad-ns"], id="each its own"),
        pytest.param("both", ["ns", "fra-ns", "iad-ns"], id="both"),
    ],
)
def test_names_of_the_nameservers(duo, names, servers):
    plan = make_plan(replace(duo.world, nameserver_names=NameserverNames(names)))
    [zone] = tomllib.loads(dns_config(plan, "iad"))["zone"]
    [root] = tomllib.loads(root_config(plan, "iad"))["zone"]
    told = [(it["name"], it["type"], it["value"]) for it in zone["record"]]
    absolute = [f"{name}.frontlab.net" for name in servers]
    assert [value for _, type_, value in told if type_ == "NS"] == absolute
    own = {"ns": "23.53.0.53", "fra-ns": "11.1.2.10", "iad-ns": "11.2.2.10"}
    for name, address in own.items():
        assert (f"{name}.frontlab.net", "A", address) in told, "whatever NS says"
    [delegation] = root["delegation"]
    found = {name: both[0] for name, both in delegation["nameservers"].items()}
    assert found == {f"{name}.frontlab.net": own[name] for name in servers}


def test_a_nameserver_in_xdp_has_its_interface(duo):
    fra, iad = duo.world.datacenters
    world = replace(duo.world, datacenters=(replace(fra, nameserver_xdp=True), iad))
    plan = make_plan(world)
    told = {it: tomllib.loads(dns_config(plan, it))["server"] for it in ("fra", "iad")}
    assert (told["fra"]["xdp"], told["fra"]["interface"]) == ("auto", "eth0")
    assert "xdp" not in told["iad"]


def test_every_resolver_has_its_probe_names(duo):
    [zone] = tomllib.loads(dns_config(duo, "iad"))["zone"]
    ttls = {it["name"]: it["ttl"] for it in zone["record"] if "ttl" in it}
    assert ttls["cached15-iad-bind9.frontlab.net"] == "5 s"
    assert ttls["short-fra-unbound.frontlab.net"] == "2 s"
    steered = {it["name"]: (it["ttl"], it["policy"]) for it in zone["service"][1:]}
    own = {
        name.split("-iad-")[0]: told
        for name, told in steered.items()
        if name.endswith("-iad-bind9.frontlab.net")
    }
    assert own == {
        "steered": ("60 s", "nearest"),
        "priced": ("60 s", "nearest"),
        **{f"placed{k}": ("60 s", "nearest") for k in range(8)},
        "many": ("5 s", "static"),
        **{f"drained{k}": ("20 s", "failover") for k in range(6)},
        **{f"users{k}": ("5 s", "weighted") for k in range(5)},
    }
    assert len(steered) == 2 * len(own)


def test_steering_map_is_looked_for_where_the_lab_says(duo):
    server = tomllib.loads(dns_config(duo, "iad", "/run/x/steering.json"))["server"]
    assert server["steering"] == "/run/x/steering.json"


def test_sized_names_have_as_many_records_as_fit_and_one_more(duo):
    [zone] = tomllib.loads(dns_config(duo, "iad"))["zone"]
    found = Counter((it["name"], it["type"]) for it in zone["record"])
    sized = {it: count for it, count in found.items() if count > 4}
    assert sized == {
        ("a29.frontlab.net", "A"): 29,
        ("a30.frontlab.net", "A"): 30,
        ("a100.frontlab.net", "A"): 100,
        ("q17.frontlab.net", "AAAA"): 17,
        ("q18.frontlab.net", "AAAA"): 18,
        ("q100.frontlab.net", "AAAA"): 100,
    }


@pytest.mark.parametrize(
    ("name", "type_", "most"),
    [
        pytest.param("www.example.com", "A", 29, id="29 A"),
        pytest.param("www.example.com", "AAAA", 17, id="17 AAAA"),
        pytest.param(f"{'x' * 63}.example.com", "A", 26, id="a long name"),
    ],
)
def test_how_many_records_fit(name, type_, most):
    query = make_query(name, type_, use_edns=False)
    for count in (most, most + 1):
        answer = make_response(query)
        values = [address(type_, number) for number in range(count)]
        answer.answer.append(from_text_list(f"{name}.", 60, "IN", type_, values))
        assert len(answer.to_wire()) == answer_octets(name, type_, count)
        assert (len(answer.to_wire()) <= 512) == (count <= most_records(name, type_))


def address(type_, number):
    return f"192.0.2.{number}" if type_ == "A" else f"2001:db8::{number:x}"


def test_map_places_every_asker_by_its_longest_prefix(earth):
    networks = tomllib.loads(dns_config(earth, "fra"))["map"]["network"]
    for host in earth.hosts:
        for address in (host.address4, host.address6):
            prefixes = [
                (ip_network(it["prefix"]).prefixlen, it["location"])
                for it in networks
                if ip_address(address) in ip_network(it["prefix"])
            ]
            length, location = max(prefixes)
            assert location == host.site
            if host.role in (Role.CLIENT, Role.RESOLVER):
                assert length == {4: 24, 6: 56}[address.version]


def test_map_knows_every_way(earth):
    rtt_ms = tomllib.loads(dns_config(earth, "fra"))["map"]["rtt_ms"]
    assert set(rtt_ms) == {site.name for site in earth.world.sites}
    assert rtt_ms["syd"] == {"fra": 270, "iad": 202, "sin": 92}
    assert rtt_ms["fra"]["fra"] == 0.5


def test_root_delegates_with_glue(duo):
    [zone] = tomllib.loads(root_config(duo, "fra"))["zone"]
    assert zone["name"] == "."
    assert zone["delegation"] == [
        {
            "name": "frontlab.net",
            "nameservers": {"ns.frontlab.net": ["23.53.0.53", "2a23:53::53"]},
        }
    ]


def test_hints_lead_to_the_root(duo):
    assert root_hints(duo).split()[-1] == str(duo.root.address4)
