"""Telling that there is another file at a path than before."""

from pathlib import Path

# Modification time, size and inode of a file; None: it is not there.
Signature = tuple[int, int, int] | None


def signature_of(path: Path) -> Signature:
    """Return what changes with the file at `path`."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
