"""Zone files on disk, and where those lie that they include."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from ..content.signature import is_special

MAX_DEPTH = 16  # files that include one another


class ZoneFile:
    """A zone file; a `MasterFile`.

    What it includes is named relative to the folder that it lies in itself, and must be
    in a folder below the zone's file or the configuration: an entry that cannot be read
    is told word by word, so that no other file may be read as one.

    Args:
        folder: where the configuration is.
        name: the path from there.
        above: the files that include it, the zone's own first.
    """

    def __init__(
        self, folder: Path, name: str, above: "tuple[ZoneFile, ...]" = ()
    ) -> None:
        self.name = name
        self._folder, self._above = folder, above

    def lines(self) -> Iterator[str]:
        """Read it; OSError when that fails."""
        path = self._folder / self.name
        if "\0" in self.name:
            raise OSError(0, "octet 0 in its name")
        if is_special(path):
            raise OSError(0, "no regular file")
        # A zone file may have any octets, in texts and in comments.
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as lines:
            yield from lines

    def included(self, name: str) -> "ZoneFile":
        """Return the file that it includes by this name.

        Raises:
            ValueError: it may not, and why.
            OSError: the name is none.
        """
        chain = (*self._above, self)
        if len(chain) > MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} files deep; put its lines here")
        beside = str(PurePath(self.name).parent / name)
        file = ZoneFile(self._folder, beside, chain)
        path = file._path()
        roots = (_resolved(self._folder), chain[0]._path().parent)
        if not any(path.is_relative_to(root) for root in roots):
            words = "outside of the folders of the zone file and of the configuration"
            raise ValueError(f"{words}; move it there")
        if not path.exists():
            where = PurePath(self.name).parent
            raise ValueError(f"no such file; name it relative to {str(where)!r}")
        for index, other in enumerate(chain):
            if other._path() == path:
                names = " includes ".join(each.name for each in chain[index:])
                raise ValueError(f"a circle: {names} includes {file.name}; cut it")
        return file

    def _path(self) -> Path:
        return _resolved(self._folder / self.name)


def _resolved(path: Path) -> Path:
    # `Path.resolve` breaks on a circle of symbolic links.
    return Path(os.path.realpath(path))
