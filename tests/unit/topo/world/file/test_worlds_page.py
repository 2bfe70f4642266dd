"""The page about world files, held to what the code takes."""

from pathlib import Path

import pytest

from topo.world.file.parse import parse_world
from topo.world.file.schema import (
    ClientTable,
    DatacenterTable,
    DefaultsTable,
    DirectionTable,
    LinkTable,
    ResolverTable,
    ServiceTable,
    SiteTable,
    WorldTable,
)

from ..conftest import AIRPORTS

PAGE = (Path(__file__).parents[5] / "docs" / "worlds.md").read_text(encoding="utf-8")
TABLES = [
    *(WorldTable, SiteTable, LinkTable, DefaultsTable, DirectionTable),
    *(ClientTable, ResolverTable, DatacenterTable, ServiceTable),
]


def test_its_example_is_a_world():
    example = PAGE.split("```toml\n")[1].split("```")[0]
    world = parse_world(example, "example", AIRPORTS)
    assert world.links[0].forward.loss == 0.001
    assert world.links[0].backward.rate_mbit == 1000


@pytest.mark.parametrize("table", TABLES)
def test_it_tells_every_key(table):
    for key in table.model_fields:
        assert f"`{key}`" in PAGE or f"[{key}" in PAGE, key
