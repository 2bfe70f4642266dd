"""vip.toml: each mistake is told with its place."""

from pathlib import Path

import pytest

from balancer.errors import ConfigError

from .vip_file import RIGHT, read


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        pytest.param(
            'pool = "www-fra"',
            'pool = "www-frb"',
            "vip[0].pool: no pool is named 'www-frb' (did you mean \"www-fra\"?)",
            id="unknown pool",
        ),
        pytest.param(
            'name = "fra-be2"',
            'name = "fra-be1"',
            "pool[0].backend[1]: the same as pool[0].backend[0]",
            id="backend twice",
        ),
        pytest.param(
            'address = "11.1.1.11"',
            'address = "11.1.1.10"',
            "pool[0].backend[1].address: 'fra-be1' has it, too",
            id="address twice",
        ),
        pytest.param(
            'address = "23.0.1.80"\nport = 80',
            'address = "23.0.1.80"\nport = 0',
            "vip[0].port: 0 is no port from 1 to 65535, nor 'all' of them",
            id="port 0",
        ),
        pytest.param(
            'address = "23.0.1.80"\nport = 80',
            'address = "23.0.1.80"\nport = true',
            "vip[0].port: True is no port",
            id="no number of a port",
        ),
        pytest.param(
            'address = "2a23:0:1::80"',
            'address = "23.0.1.80"',
            "vip[1]: the same as vip[0]",
            id="VIP twice",
        ),
        pytest.param(
            'address = "11.1.1.11"',
            'address = "2a11::1"',
            "'2a11::1' is no IPv4 address, which the outer header needs",
            id="backend in IPv6",
        ),
        pytest.param(
            'timeout = "400 ms"',
            'timeout = "600 ms"',
            "pool[0].health.timeout: longer than the interval between checks",
            id="timeout beyond the interval",
        ),
        pytest.param(
            'gateway_mac = "02:00:01:00:00:01"',
            'gateway_mac = "gateway"',
            "'gateway' is no hardware address",
            id="no hardware address",
        ),
        pytest.param(
            'source = "11.1.8.10"',
            'source = "11.1.8.10"\nnat_ports = "80-90"',
            "balancer.nat_ports: '80-90' is not inside 1024-65535",
            id="ports of services",
        ),
        pytest.param(
            'source = "11.1.8.10"',
            'source = "11.1.8.10"\nnat_ports = "30000-20000"',
            "balancer.nat_ports: '30000-20000' ends before it begins",
            id="ports the other way round",
        ),
        pytest.param(
            'source = "11.1.8.10"',
            'source = "11.1.8.10"\nnew_flows_per_second = 5000000000',
            "balancer.new_flows_per_second",
            id="more in a second than can be counted",
        ),
        pytest.param(
            'interface = "eth0"',
            'interface = "a-name-of-sixteen"',
            "balancer.interface",
            id="no interface's name",
        ),
        pytest.param(
            'name = "fra-be2"',
            'name = "fra\\nbe2"',
            "pool[0].backend[1].name: 'fra\\nbe2' is no name",
            id="a name of two lines",
        ),
        pytest.param(
            'address = "11.1.1.11"',
            'address = "23.0.1.80"',
            "pool[0].backend[1].address: VIP 'www' has it, so packets come back",
            id="backend at a VIP",
        ),
        pytest.param(
            'address = "23.0.1.80"',
            'address = "11.1.8.10"',
            "vip[0].address: the balancer's own, its source",
            id="VIP at the balancer's own address",
        ),
        pytest.param(
            'address = "11.1.1.11"\nweight = 2\n[[vip]]\n',
            'address = "11.1.8.10"\nweight = 2\n[[vip]]\nforwarding = "nat"\n',
            "pool[0].backend[1].address: the balancer's own, its source",
            id="translation to the balancer itself",
        ),
        pytest.param(
            'port = 80\npool = "www-fra"\n[[vip]]',
            'port = 80\npool = "www-fra"\nselection = { slots = 2 }\n'
            "[[pool.backend]]\nname = 'c'\naddress = '11.1.1.12'\n[[vip]]",
            "vip[0].selection.slots: 2 are fewer than the pool's 3 backends",
            id="fewer slots than backends",
        ),
        pytest.param(
            'address = "23.0.1.80"',
            'address = "23.0.1.80"\nforwarding = "l2"\ntoo_big = "split"',
            "vip[0].too_big: l2 makes no packet larger; there is none to split",
            id="nothing to split",
        ),
        pytest.param(
            'path = "/health"\ninterval = "500 ms"\ntimeout = "400 ms"',
            'interval = "1 s"\ntimeout = "1 s"\nthrough = "tunnel"\n'
            "[[vip]]\nname = 'near'\naddress = '23.0.1.81'\nport = 80\n"
            "pool = 'www-fra'\nforwarding = 'nat'\n",
            "pool[0].health.through: VIP 'near' has none: nat",
            id="check through a tunnel that there is not",
        ),
        pytest.param(
            'path = "/health"',
            'path = "/health"\nthrough = "tunel"',
            '(did you mean "tunnel"?)',
            id="unknown way",
        ),
        pytest.param(
            'name = "www-fra"\n',
            'name = "www-fra"\nslow_start = { time = "0 s" }\n',
            "pool[0].slow_start.time",
            id="slow start in no time",
        ),
        pytest.param(
            'port = 80\npool = "www-fra"\n',
            'port = 80\npool = "www-fra"\nselection = "magleff"\n',
            "vip[0].selection: no way of selecting is named 'magleff' (did you mean",
            id="unknown selection",
        ),
        pytest.param(
            'port = 80\npool = "www-fra"\n',
            'port = 80\npool = "www-fra"\nselection = { slots = 65536 }\n',
            "vip[0].selection: slots: 65536 is not a prime",
            id="slots that are no prime",
        ),
        pytest.param('path = "/health"', 'path = "a b"', "path", id="no path"),
        pytest.param(
            'address = "23.0.1.80"',
            'address = "23.0.1.80"\nmtu = 1280',
            "vip[0].mtu",
            id="MTU below IPv6's and our headers",
        ),
        pytest.param(
            'address = "23.0.1.80"',
            'address = "23.0.1.80"\ntracking = "some"',
            "vip[0].tracking",
            id="unknown tracking",
        ),
        pytest.param("weight = 2", "weight = -1", "weight", id="negative weight"),
        pytest.param(
            'source = "11.1.8.10"',
            'source = "11.1.8.10"\nxdp = "natve"',
            "xdp",
            id="unknown mode",
        ),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in RIGHT
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, RIGHT.replace(right, wrong, 1))
    assert told in str(caught.value)


def test_a_tunnel_to_no_vip(tmp_path: Path) -> None:
    text = RIGHT[: RIGHT.index("[[vip]]")] + RIGHT[RIGHT.index("[[vip]]") :].replace(
        "www-fra", "other"
    )
    pool = RIGHT[RIGHT.index("[[pool]]") : RIGHT.index("[[vip]]")]
    text += pool.replace("www-fra", "other")
    text = text.replace("[pool.health]", '[pool.health]\nthrough = "tunnel"', 1)
    with pytest.raises(ConfigError, match=r"pool\[0\].health.through: no VIP"):
        read(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = RIGHT.replace('name = "fra-be2"', 'name = "fra-be1"')
    text = text.replace('pool = "www-fra"', 'pool = "none"')
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param('"23.0.1.80"', '"224.0.0.80"', id="VIP in multicast"),
        pytest.param('"23.0.1.80"', '"127.0.0.1"', id="VIP in loopback"),
        pytest.param('"2a23:0:1::80"', '"::ffff:23.0.1.80"', id="mapped VIP"),
        pytest.param('"2a23:0:1::80"', '"fe80::80%eth0"', id="VIP of a link"),
        pytest.param('"11.1.1.11"', '"0.0.0.0"', id="backend nowhere"),
        pytest.param('"11.1.8.10"', '"255.255.255.255"', id="source everywhere"),
        pytest.param("02:00:01:00:00:01", "01:00:5e:00:00:01", id="gateway of many"),
        pytest.param("02:00:01:00:00:01", "00:00:00:00:00:00", id="gateway of none"),
    ],
)
def test_what_is_no_single_host(tmp_path: Path, right: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match="of a single host"):
        read(tmp_path, RIGHT.replace(right, wrong, 1))


@pytest.mark.parametrize("weight", ["true", "2.0", '"2"', "nan"])
def test_a_number_is_written_as_one(tmp_path: Path, weight: str) -> None:
    with pytest.raises(ConfigError, match=r"backend\[1\].weight: .*valid integer"):
        read(tmp_path, RIGHT.replace("weight = 2", f"weight = {weight}"))


def test_a_mistake_brings_no_others(tmp_path: Path) -> None:
    text = RIGHT.replace("weight = 2", "weight = -1").replace("port = 80\n", "", 1)
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    places = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert places == ["pool[0].health.port", "pool[0].backend[1].weight"]
