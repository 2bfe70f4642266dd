"""Zone files that are in no folder, and include one another by name."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextFile:
    """A zone file that is a text, and the texts that it may include."""

    text: str
    name: str = "gslb.zone"
    others: dict[str, str] = field(default_factory=dict)

    def lines(self) -> Iterable[str]:
        """Return its lines."""
        return self.text.splitlines(keepends=True)

    def included(self, name: str) -> "TextFile":
        """Return another file; ValueError if there is none."""
        if name not in self.others:
            raise ValueError("no such file")
        return TextFile(self.others[name], name, self.others)
