"""vip.toml for a cell: what the balancer's own reader makes of it."""

import tomllib

from fakes.runs import plan_of

from balancer.vip.settings.config import VipConfig, find_mistakes
from experiments.kit.survival.setting import Setting, with_setting
from topo.render.toml import to_toml
from topo.render.vip import vip_config
from topo.world.plan import Role

SETTING = Setting("ring 1", "ring", ("fra-be1", "fra-be3"), 1024)


def changed() -> VipConfig:
    plan = plan_of("survival")
    host = plan.hosts_at("fra", Role.BALANCER)[0]
    config = tomllib.loads(vip_config(plan, host))
    text = to_toml(with_setting(config, SETTING))
    return VipConfig.model_validate(tomllib.loads(text))


def test_the_balancer_takes_it() -> None:
    assert list(find_mistakes(changed())) == []


def test_all_vips_have_one_pool_and_their_own_tracking() -> None:
    config = changed()
    assert config.balancer.flow_entries == 1024
    assert [it.name for it in config.pool] == ["ring 1"]
    assert [it.name for it in config.pool[0].backend] == ["fra-be1", "fra-be3"]
    assert {(it.pool, it.selection.method) for it in config.vip} == {("ring 1", "ring")}
    assert {it.tracking for it in config.vip} == {
        *("off", "all", "established", "changed")
    }
