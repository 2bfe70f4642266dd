"""What a resolver's configuration is made of, the same for all products."""

from collections.abc import Mapping
from dataclasses import dataclass

from topo.world.records import Resolver

# What RFC 7871 section 11.1 recommends to send at most, and all products do.
ECS_BITS4, ECS_BITS6 = 24, 56


@dataclass(frozen=True, slots=True)
class Settings:
    """One resolver; its own IPv4 and IPv6 address first, then those that it shares.

    `forward_to` are the addresses that it asks instead of recursing.
    """

    resolver: Resolver
    addresses: tuple[str, ...]
    domain: str
    forward_to: tuple[str, ...]
    directory: str

    @property
    def addresses4(self) -> list[str]:
        """The IPv4 addresses that it listens on."""
        return [it for it in self.addresses if ":" not in it]

    @property
    def addresses6(self) -> list[str]:
        """The IPv6 addresses that it listens on."""
        return [it for it in self.addresses if ":" in it]

    def listening(self, line: str) -> list[str]:
        """`line` for every address; `{}` stands for it."""
        return [line.format(it) for it in self.addresses]

    def clamps(self, least: str, most: str) -> list[str]:
        """Lines for the TTL clamps that are set; `{}` stands for seconds."""
        wanted: Mapping[str, int | None] = {
            least: self.resolver.min_ttl_s,
            most: self.resolver.max_ttl_s,
        }
        return [line.format(ttl) for line, ttl in wanted.items() if ttl is not None]

    def stale(self, *lines: str) -> list[str]:
        """The lines, if expired answers may be given; `{}` stands for seconds."""
        stale_s = self.resolver.stale_s
        return [line.format(stale_s) for line in lines] if stale_s else []

    def prefetch(self, on: str, off: str = "") -> list[str]:
        """The line for what is asked of it, if anything is."""
        if self.resolver.prefetch is None:
            return []
        line = on if self.resolver.prefetch else off
        return [line] if line else []

    def order(self, lines: Mapping[str, str]) -> list[str]:
        """The line for the order of addresses that is asked for, if any is."""
        order = self.resolver.order
        return [lines[order]] if order else []


def indented(lines: list[str]) -> str:
    """The lines as a block of a file in which blocks are indented by two blanks."""
    return "\n".join(f"  {line}" for line in lines)
