"""What root makes for a user who called sudo belongs to that user."""

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it that are not there; OSError if that fails."""
    missing = [it for it in (folder, *folder.parents) if not it.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _give(made)


def give_back(folder: Path) -> None:
    """Give `folder` and all in it to the user."""
    for path in (folder, *folder.rglob("*")):
        _give(path)


def _give(path: Path) -> None:
    # sudo(8): the IDs of the user who invoked it.
    uid, gid = os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID")
    if uid is not None and gid is not None:
        os.chown(path, int(uid), int(gid), follow_symlinks=False)
