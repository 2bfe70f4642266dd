"""What a resolver's configuration is made of, the same for all products."""

from collections.abc import Mapping
from dataclasses import dataclass

from topo.world.records import Resolver

# What RFC 7871 section 11.1 recommends to send at most, and all products do.
ECS_BITS4, ECS_BITS6 = 24, 56


@dataclass(frozen=True, slots=True)
class Settings:
    """One resolver at one address; `forward_to` is an address or ""."""

    resolver: Resolver
    address4: str
    address6: str
    domain: str
    forward_to: str
    directory: str

    def clamps(self, least: str, most: str) -> list[str]:
        """Lines for the TTL clamps that are set; `{}` stands for seconds."""
        wanted: Mapping[str, int | None] = {
            least: self.resolver.min_ttl_s,
            most: self.resolver.max_ttl_s,
        }
        return [line.format(ttl) for line, ttl in wanted.items() if ttl is not None]
