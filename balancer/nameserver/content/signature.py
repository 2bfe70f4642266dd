"""Telling what is at a path: another file than before, or no file."""

from pathlib import Path

# Modification time, size and inode of a file; None: it is not there.
Signature = tuple[int, int, int] | None


def signature_of(path: Path) -> Signature:
    """Return what changes with the file at `path`."""
    try:
        found = path.stat()
    except (OSError, ValueError):  # the latter: octet 0 in the name
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def is_special(path: Path) -> bool:
    """Say whether there is something that is no file: a pipe would be waited for."""
    return path.exists() and not path.is_file()
