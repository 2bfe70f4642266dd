"""What a pool or a VIP of vip.toml may choose: checks, slow start and selection."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ...config import Mistake, Seconds, Table, Whole
from ...errors import ConfigError
from ...hashing.catalogue import selector
from ...hashing.maglev import TABLE_SIZE, require_prime
from ..pools.pace import SlowStart
from ..pools.plan import Selection

InARow = Annotated[Whole, Field(ge=1, le=100)]
Interval = Annotated[Seconds, Field(ge=0.01, le=3600)]
Port = Annotated[Whole, Field(ge=1, le=65535)]


class HealthTable(Table):
    """How the backends of a pool are checked.

    `through` is the way that a check takes: "direct" to the backend's own address, or
    by the "tunnel" to each VIP, as packets of clients go; "auto" is the tunnel where
    the kernel can, else direct.
    """

    kind: Literal["http", "tcp"] = "http"
    through: Literal["direct", "tunnel", "auto"] = "direct"
    port: Port
    path: Annotated[str, Field(pattern=r"^/[!-~]*$")] = "/"
    interval: Interval
    timeout: Interval
    rise: InARow = 2
    fall: InARow = 2

    def mistakes(self, path: str) -> Iterator[Mistake]:
        """Yield what is wrong between the keys."""
        if self.timeout > self.interval:
            yield Mistake(f"{path}.timeout", "longer than the interval between checks")


class SlowStartTable(Table):
    """How a backend that comes gets to its weight."""

    time: Annotated[Seconds, Field(gt=0, le=3600)]
    steps: Annotated[Whole, Field(ge=2, le=100)] = 8

    def slow_start(self) -> SlowStart:
        """Return it as a record."""
        return SlowStart(self.time, self.steps)


class SelectionTable(Table):
    """How a VIP selects; a text in its place is the method alone."""

    method: str = "maglev"
    slots: Whole = TABLE_SIZE
    options: dict[str, float | int] = Field(default_factory=dict)

    def selection(self) -> Selection:
        """Return it as a record."""
        return Selection(self.method, tuple(sorted(self.options.items())), self.slots)

    def mistakes(self, path: str) -> Iterator[Mistake]:
        """Yield what the catalogue says against it."""
        try:
            selector(self.method, self.options)
        except ConfigError as error:
            yield from (Mistake(path, line) for line in str(error).splitlines())
        try:
            require_prime("slots", self.slots)
        except ConfigError as error:
            yield Mistake(path, str(error))


def _by_name(value: object) -> object:
    return {"method": value} if isinstance(value, str) else value


SelectionChoice = Annotated[SelectionTable, BeforeValidator(_by_name)]
