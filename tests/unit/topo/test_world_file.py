import pytest

from balancer.errors import ConfigError
from topo.world.delay import LIGHT_KM_PER_MS, distance_km, shortest_paths
from topo.world.plan import make_plan
from topo.world.records import ResolverKind
from topo.world_file import WORLDS, load_world, world_names


@pytest.mark.parametrize("name", world_names())
def test_each_world_of_ours_is_right(name):
    world = load_world(name)
    assert world.name == name
    plan = make_plan(world)
    assert {host.site for host in plan.hosts} == {site.name for site in world.sites}


@pytest.mark.parametrize("name", world_names())
def test_no_link_is_faster_than_light_in_fibre(name):
    world = load_world(name)
    if name == "duo":
        return  # its ocean is small on purpose: tests wait for it
    sites = {site.name: site for site in world.sites}
    for link in world.links:
        km = distance_km(sites[link.a], sites[link.b])
        assert link.rtt_ms > 2 * km / (LIGHT_KM_PER_MS * 2 / 3), link


def test_earth_has_all_that_the_experiments_ask_for():
    world = load_world("earth")
    sites = {site.name: site for site in world.sites}
    resolvers = {it.name: it for it in world.resolvers}
    assert len(sites) >= 9
    assert len({site.region for site in world.sites}) >= 5
    assert {it.site for it in world.client_networks} == set(sites)
    assert [(it.balancers, it.backends) for it in world.datacenters] == [(2, 4)] * 3
    abroad = {
        resolvers[it.resolver].ecs
        for it in world.client_networks
        if sites[it.site].region != sites[resolvers[it.resolver].site].region
    }
    assert abroad == {True, False}


def test_recursion_has_every_kind_of_resolver_and_habit():
    world = load_world("recursion")
    assert {it.kind for it in world.resolvers} == set(ResolverKind)
    shared = [it.site for it in world.resolvers_named("public")]
    assert sorted(shared) == ["fra", "fra", "iad", "iad"]
    assert any(len(it.forward_to) > 1 for it in world.resolvers)
    assert any(it.replies_from_own for it in world.resolvers)
    assert {it.resolver for it in world.client_networks} >= {"public", "fra-farm"}


def test_earth_has_one_nearest_datacenter_for_everyone():
    world = load_world("earth")
    rtt_ms = shortest_paths(world)
    for site in world.sites:
        near, next_near, *_ = sorted(
            rtt_ms[site.name, it.site] for it in world.datacenters
        )
        assert next_near - near >= 5, site.name


def test_a_direct_link_is_never_a_detour():
    world = load_world("earth")
    rtt_ms = shortest_paths(world)
    for link in world.links:
        assert rtt_ms[link.a, link.b] == link.rtt_ms


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param("erth", 'no world "erth" (did you mean "earth"?)', id="misspelt"),
        pytest.param(
            "xyz", "(duo, earth, forwarding, recursion, survival)", id="unknown"
        ),
        pytest.param("./none.toml", "none.toml: No such file", id="no file"),
        pytest.param("/", "/: Is a directory", id="directory"),
        pytest.param("/dev/zero", "/dev/zero: too long for a world", id="no end"),
    ],
)
def test_no_such_world(said, words):
    with pytest.raises(ConfigError) as caught:
        load_world(said)
    assert words in str(caught.value)


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "w.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_world(path)


def test_errors_name_the_file_as_it_was_said(tmp_path):
    path = tmp_path / "w.toml"
    path.write_text('name = "x"\n[sites.fra]\nregion = "europe"\n')
    with pytest.raises(ConfigError) as caught:
        load_world(str(path))
    assert str(caught.value).startswith(f"{path}:1: clients: missing")


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    path = tmp_path / "w.toml"
    path.write_text((WORLDS / "duo.toml").read_text(), encoding="utf-8-sig")
    assert load_world(path) == load_world("duo")
