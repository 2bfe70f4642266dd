"""A service before and after its first checks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from balancer.config import parse_config
from balancer.vip.operations import service as service_module
from balancer.vip.operations.service import Service
from balancer.vip.pools.memory import Memory
from balancer.vip.pools.roster import Roster
from balancer.vip.settings.config import VipConfig

from .services import CONFIG, Clock, Tablets, check, options_of


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(service_module, "time", clock)
    monkeypatch.setattr(service_module, "interface_options", options_of)
    return clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "vip.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def notified() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    yield reading, writing
    os.close(reading)


@pytest.fixture
def service(clock: Clock, path: Path, notified: tuple[int, int]) -> Service:
    config = parse_config(CONFIG, "vip.toml", VipConfig)
    roster = Roster(config.plan(options_of(config)), Memory(), clock.now_s)
    return Service(config, path, roster, Tablets(), notified[1])


@pytest.fixture
def ready(service: Service) -> Service:
    check(service, a=True, b=True)
    return service
