"""Probing this machine says something of everything, and leaves nothing behind."""

import socket
from pathlib import Path

import pytest

from topo.features import datapath_kind, probe_features, wan_kind

pytestmark = pytest.mark.live


def traces() -> tuple[set[str], set[str], int]:
    """Return what a probe could leave: links, names of namespaces, descriptors."""
    links = {name for _, name in socket.if_nameindex()}
    named = Path("/run/netns")
    names = {path.name for path in named.iterdir()} if named.is_dir() else set()
    return links, names, len(list(Path("/proc/self/fd").iterdir()))


def test_every_feature_is_told_and_every_lack_has_a_cure() -> None:
    features = probe_features()
    assert len({feature.name for feature in features}) == len(features)
    assert all(feature.detail for feature in features)
    lacking = [feature for feature in features if not feature.found]
    assert all(feature.cure for feature in lacking)
    assert not any(feature.cure for feature in features if feature.found)


def test_nothing_is_left() -> None:
    before = traces()
    probe_features()
    after = traces()
    # Others on this machine come and go; ours all have "fl" or "frontlab" in them.
    new = (after[0] - before[0]) | (after[1] - before[1])
    assert not {name for name in new if name.startswith(("fl", "frontlab"))}
    assert after[2] == before[2]


def test_choices_agree_with_what_was_found() -> None:
    features = probe_features()
    assert wan_kind(features) == wan_kind()
    assert datapath_kind(features) == datapath_kind()
