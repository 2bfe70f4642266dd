"""Others' servers get the same zone and map as ours, in their own words."""

import json
from dataclasses import replace

import pytest

from topo.render import nameserver_files
from topo.world.plan import make_plan
from topo.world.records import NameserverKind

FOREIGN = [kind for kind in NameserverKind if kind is not NameserverKind.OURS]


def rendered(plan, kind, site="iad", **service):
    """The files of a product at a site of the plan's world, and its arguments."""
    world = plan.world
    datacenters = tuple(replace(it, nameserver=kind) for it in world.datacenters)
    services = tuple(replace(it, **service) for it in world.services)
    other = make_plan(replace(world, datacenters=datacenters, services=services))
    return nameserver_files(other, site, "/run/x")


@pytest.mark.parametrize("kind", FOREIGN)
def test_each_listens_where_ours_would_and_stays_in_its_directory(duo, kind):
    files, argv = rendered(duo, kind)
    text = "\n".join([*files.values(), *argv])
    for address in ("23.53.0.53", "2a23:53::53", "11.2.2.10", "2a11:0:2:200::10"):
        assert address in text
    assert "/run/x" in text
    assert "{it" not in text


def test_zone_file_has_every_record_once(duo):
    files, _ = rendered(duo, NameserverKind.KNOT)
    lines = files["zone"].splitlines()
    assert lines[0] == (
        "frontlab.net. 3600 IN SOA ns.frontlab.net. hostmaster.frontlab.net. 1 "
        "3600 600 1209600 5"
    )
    assert "frontlab.net. 3600 IN NS ns.frontlab.net." in lines
    assert "short-iad-bind9.frontlab.net. 2 IN A 192.0.2.1" in lines
    # Who is in no net is taken to be at the server's own site.
    assert "www.frontlab.net. 20 IN A 23.0.2.80" in lines
    assert len(lines) == len(set(lines))


def test_gdnsd_has_nets_with_datacenters_nearest_first(duo):
    files, _ = rendered(duo, NameserverKind.GDNSD)
    assert "11.1.16.0/24 => [ fra, iad ]" in files["etc/config"]
    assert "2a11:0:2::/48 => [ iad, fra ]" in files["etc/config"]
    assert "www.frontlab.net. 20 DYNA geoip!set0" in files["etc/zones/frontlab.net"]


def test_pdns_leads_nets_to_names_with_the_addresses(duo):
    files, _ = rendered(duo, NameserverKind.PDNS_GEOIP)
    [zone] = json.loads(files["geo.yml"])["domains"]
    nets = zone["services"]["www.frontlab.net"]
    assert nets["default"] == ["iad.www.frontlab.net"]
    assert nets["11.1.0.0/16"] == ["fra.www.frontlab.net"]
    assert zone["records"]["fra.www.frontlab.net"] == [
        {"a": {"content": "23.0.1.80", "ttl": 20}},
        {"aaaa": {"content": "2a23:0:1::80", "ttl": 20}},
    ]


def test_knot_has_a_module_for_each_ttl(duo):
    files, _ = rendered(duo, NameserverKind.KNOT)
    assert "module: [ mod-geoip/ttl20, mod-geoip/ttl60 ]" in files["knot.conf"]
    assert "  - net: 11.1.0.0/16\n    A: 23.0.1.80\n" in files["geo20.yml"]
    assert "www." not in files["geo60.yml"]


def test_bind_has_a_view_for_each_place_and_one_for_others(duo):
    files, _ = rendered(duo, NameserverKind.BIND9)
    assert files["named.conf"].count("view ") == 3
    assert "www.frontlab.net. 20 IN A 23.0.1.80" in files["zone.fra"]
    assert "www.frontlab.net. 20 IN A 23.0.2.80" in files["zone.iad"]
