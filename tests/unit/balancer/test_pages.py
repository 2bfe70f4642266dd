"""The pages about configuration files, held to what the code takes."""

import re
from pathlib import Path
from typing import get_args

import pytest

from balancer.announce.config import AnnounceConfig
from balancer.backend.config import BackendConfig
from balancer.config import Table, parse_config
from balancer.nameserver.loading.config import DnsConfig
from balancer.vip.settings.config import VipConfig

DOCS = Path(__file__).parents[3] / "docs"
FILES = [
    pytest.param("balancer", "[balancer]", VipConfig, id="vip.toml"),
    pytest.param("balancer", "[backend]", BackendConfig, id="backend.toml"),
    pytest.param("nameserver", "[announce]", AnnounceConfig, id="announce.toml"),
    pytest.param("nameserver", "[server]", DnsConfig, id="dns.toml"),
]


def text_of(page):
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


def tables_of(kind):
    """Yield the tables that a type speaks of, with those inside them."""
    if isinstance(kind, type) and issubclass(kind, Table):
        yield kind
        for field in kind.model_fields.values():
            yield from tables_of(field.annotation)
    for inner in get_args(kind):
        yield from tables_of(inner)


def is_told(key, text):
    """Whether a key is given a value or a table somewhere, or stands in backticks."""
    return re.search(
        rf"(^|[{{,] ?|# |\.){key}(\.\w+)? =|`{key}`|\[(\w+\.)*{key}[].]", text, re.M
    )


@pytest.mark.parametrize(("page", "opening", "model"), FILES)
def test_a_page_tells_every_key(page, opening, model):
    text = text_of(page)
    keys = {key for table in tables_of(model) for key in table.model_fields}
    assert not {key for key in keys if not is_told(key, text)}


@pytest.mark.parametrize(("page", "opening", "model"), FILES[:3])
def test_an_example_is_right(page, opening, model):
    blocks = re.findall(r"```toml\n(.*?)```", text_of(page), re.DOTALL)
    [example] = [block for block in blocks if block.startswith(opening)]
    assert parse_config(example, "example", model)
