import json
from copy import deepcopy
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.errors import ConfigError
from controller.fabric import Anycast, Host, Port, Router, Wire, from_json

GOOD = {
    "routers": [
        {
            "site": site,
            "dpid": n,
            "mac": f"02:00:0{n}:00:00:01",
            "lan_port": f"{site}-lan",
            "networks": [f"11.{n}.0.0/16", f"2a11:0:{n}::/48"],
            "gateways": [f"11.{n}.1.1"],
            "bridged": [],
        }
        for n, site in ((1, "fra"), (2, "iad"))
    ],
    "wires": [
        {
            "a": "fra",
            "a_port": "fra-iad",
            "b": "iad",
            "b_port": "iad-fra",
            "cost_ms": 88,
        }
    ],
    "hosts": [
        {
            "name": f"fra-be{n}",
            "site": "fra",
            "addresses": [f"11.1.1.1{n}"],
            "mac": f"02:00:01:01:00:0{n}",
            "port": "fra-lan",
        }
        for n in (1, 2)
    ],
    "anycasts": [{"name": "ns", "addresses": ["23.53.0.53"], "members": ["fra-be1"]}],
}


def test_records_of_a_file():
    fabric = from_json(json.dumps(GOOD))
    assert fabric.routers[0] == Router(
        "fra",
        1,
        "02:00:01:00:00:01",
        "fra-lan",
        (ip_network("11.1.0.0/16"), ip_network("2a11:0:1::/48")),
        (ip_address("11.1.1.1"),),
    )
    assert fabric.wires == (Wire("fra", "fra-iad", "iad", "iad-fra", 88.0),)
    address = ip_address("11.1.1.11")
    mac = "02:00:01:01:00:01"
    assert fabric.hosts[0] == Host("fra-be1", "fra", (address,), mac, "fra-lan")
    assert fabric.anycasts == (
        Anycast("ns", (ip_address("23.53.0.53"),), ("fra-be1",)),
    )
    assert fabric.ports() == {
        Port("fra", "fra-lan"),
        Port("iad", "iad-lan"),
        Port("fra", "fra-iad"),
        Port("iad", "iad-fra"),
    }


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        pytest.param(("routers",), {}, "f.json.routers: {} is not of type list",
                     id="no list"),
        pytest.param(("routers", 0), 7, "f.json: routers[0]: an object is wanted",
                     id="no object"),
        pytest.param(("routers", 1, "dpid"), 1, "routers: dpid: 1 stands there 2 times",
                     id="same dpid"),
        pytest.param(("routers", 1, "dpid"), True,
                     "routers[1].dpid: True is not of type int", id="bool dpid"),
        pytest.param(("routers", 1, "dpid"), 0,
                     "routers[1].dpid: 0 is not between 1 and", id="dpid 0"),
        pytest.param(("routers", 0, "bridged"), ["fra-lb9"],
                     "routers[0].bridged: no port has the name 'fra-lb9'",
                     id="unknown bridged port"),
        pytest.param(("routers", 1, "mac"), "02:00",
                     "routers[1].mac: '02:00' is not a MAC address", id="mac"),
        pytest.param(("routers", 0, "networks"), ["11.1.0.1/16"],
                     "routers[0].networks: 11.1.0.1/16 has host bits", id="network"),
        pytest.param(("routers", 0, "gateways"), [1],
                     "routers[0].gateways: a list of texts is wanted", id="no texts"),
        pytest.param(("wires", 0, "b"), "syd", "wires[0]: no site has the name 'syd'",
                     id="unknown site"),
        pytest.param(("wires", 0, "b"), "fra", "wires[0]: both ends are at fra",
                     id="wire to itself"),
        pytest.param(("wires", 0, "cost_ms"), -1, "wires[0].cost_ms: -1 is not a cost",
                     id="cost"),
        pytest.param(("wires", 0, "cost_ms"), "88",
                     "wires[0].cost_ms: '88' is not of type float", id="text cost"),
        pytest.param(("hosts", 1, "site"), "syd", "hosts[1]: no site has the name",
                     id="host's site"),
        pytest.param(("hosts", 1, "name"), "", "hosts[1].name: must not be empty",
                     id="empty name"),
        pytest.param(("hosts", 1, "addresses"), ["11.1.1.11"],
                     "address: 11.1.1.11 stands there 2 times", id="same address"),
        pytest.param(("hosts", 1, "colour"), "red",
                     "hosts[1].colour: is not a known field", id="unknown field"),
        pytest.param(("anycasts", 0, "members"), ["fra-be9"],
                     "anycasts[0].members: no host has the name 'fra-be9", id="member"),
        pytest.param(("anycasts", 0, "members"), ["fra-be1", "fra-be2"],
                     "anycasts[0].members: port: Port(site='fra', name='fra-lan') "
                     "stands there 2 times", id="two members behind a port"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(path, value, message):
    wrong = deepcopy(GOOD)
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ConfigError) as caught:
        from_json(json.dumps(wrong), "f.json")
    assert message in str(caught.value)
    assert str(caught.value).startswith("f.json")


@pytest.mark.parametrize("name", ["routers", "wires", "hosts", "anycasts"])
def test_a_missing_list_is_named(name):
    wrong = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(ConfigError, match=rf"^f.json.{name}: is missing"):
        from_json(json.dumps(wrong), "f.json")


def test_not_json_is_told_with_its_line():
    with pytest.raises(ConfigError, match=r"^f.json:2: not JSON: "):
        from_json("{\n]", "f.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda it: (
        st.lists(it, max_size=3)
        | st.dictionaries(st.sampled_from([*GOOD, "site", "mac"]), it, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_any_json_is_a_fabric_or_a_config_error(value):
    try:
        from_json(json.dumps(value))
    except ConfigError:
        return
    assert set(value) == set(GOOD)
