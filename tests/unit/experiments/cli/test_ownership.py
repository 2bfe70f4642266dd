"""Who called sudo owns what root made for him, and no more than that."""

import os

import pytest

from experiments.cli.ownership import give_back, make_folder


@pytest.fixture
def given(monkeypatch, tmp_path):
    """What was given to user 1000 and group 100, by its place."""
    places = []

    def chown(path, uid, gid, *, follow_symlinks):
        assert (uid, gid, follow_symlinks) == (1000, 100, False)
        places.append(str(path.relative_to(tmp_path)))

    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setenv("SUDO_UID", "1000")
    monkeypatch.setenv("SUDO_GID", "100")
    return places


def test_folders_that_were_missing_are_the_users(given, tmp_path):
    (tmp_path / "there").mkdir()
    make_folder(tmp_path / "there/a/b")
    assert sorted(given) == ["there/a", "there/a/b"]
    make_folder(tmp_path / "there/a/b")
    assert len(given) == 2


def test_all_in_a_folder_is_the_users(given, tmp_path):
    (tmp_path / "run/captures").mkdir(parents=True)
    (tmp_path / "run/rerun").write_text("")
    give_back(tmp_path / "run")
    assert sorted(given) == ["run", "run/captures", "run/rerun"]


def test_without_sudo_nothing_changes_hands(given, monkeypatch, tmp_path):
    monkeypatch.delenv("SUDO_UID")
    make_folder(tmp_path / "a")
    give_back(tmp_path / "a")
    assert not given
