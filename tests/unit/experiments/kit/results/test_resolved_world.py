from dataclasses import replace

import pytest
from fakes.runs import plan_of

from experiments.kit.results.resolved_world import world_text
from topo.world.file.parse import parse_world
from topo.world.records import (
    BalancerKind,
    NameserverKind,
    NameserverNames,
    Shape,
    World,
)
from topo.world_file import load_airports, world_names

EARTH = plan_of("earth").world
ROUGH = Shape(12.345, 3.0, 0.001, 250.0, 20.0)
TUNNELLED = replace(
    EARTH.services[0],
    forwarding="gre6",
    too_big="split",
    mtu=1400,
    clamp_mss=1300,
    selection="bounded",
    slots=655373,
    selection_options=(("factor", 1.5), ("points", 40)),
)
HANDED_ON = replace(EARTH.services[0], name="handed", second_chance=True)
FOREIGN = replace(
    EARTH.datacenters[0],
    nameserver=NameserverKind.KNOT,
    balancer=BalancerKind.HAPROXY,
    shared_lan=True,
    weights=tuple(range(EARTH.datacenters[0].backends)),
)
IN_XDP = replace(EARTH.datacenters[0], nameserver_xdp=True)
CLAMPED = replace(EARTH.resolvers[0], min_ttl_s=30, max_ttl_s=600)


@pytest.mark.parametrize(
    "world",
    [
        *(pytest.param(plan_of(name).world, id=name) for name in world_names()),
        pytest.param(
            replace(
                EARTH,
                links=(
                    replace(EARTH.links[0], backward=ROUGH, mtu=1400),
                    *EARTH.links[1:],
                ),
            ),
            id="a rough link",
        ),
        pytest.param(
            replace(EARTH, resolvers=(CLAMPED, *EARTH.resolvers[1:])), id="clamped"
        ),
        pytest.param(
            replace(EARTH, datacenters=(IN_XDP, *EARTH.datacenters[1:])), id="in XDP"
        ),
        pytest.param(
            replace(EARTH, nameserver_names=NameserverNames.BOTH), id="own names"
        ),
        pytest.param(replace(EARTH, services=(TUNNELLED, HANDED_ON)), id="tunnelled"),
        pytest.param(
            replace(EARTH, datacenters=(FOREIGN, *EARTH.datacenters[1:])),
            id="others' products",
        ),
    ],
)
def test_the_text_says_the_whole_world(world: World) -> None:
    assert parse_world(world_text(world), "world.toml", load_airports()) == world
