"""What each resolver product can be told to do; what it then does, tests measure."""

from collections.abc import Mapping
from dataclasses import dataclass

from .records import RecordOrder, ResolverKind, ServerChoice


@dataclass(frozen=True, slots=True)
class Product:
    """The abilities of a product, as its documentation gives them.

    Args:
        forwards: it asks another resolver, and cannot resolve by itself.
        ecs: it can send client subnets (RFC 7871).
        prefetch: it can fetch popular names anew before they expire.
        orders: how it can be told to order the addresses of an answer.
        choices: how it can be told to choose among those that it forwards to.
        most_min_ttl_s: the largest `min_ttl` that it takes.
        least_max_ttl_s: the smallest `max_ttl` that it takes.
    """

    forwards: bool = False
    ecs: bool = False
    prefetch: bool = False
    orders: tuple[RecordOrder, ...] = ()
    choices: tuple[ServerChoice, ...] = ()
    most_min_ttl_s: int | None = None
    least_max_ttl_s: int | None = None


FIXED, RANDOM, ROTATED = RecordOrder.FIXED, RecordOrder.RANDOM, RecordOrder.ROTATED

PRODUCTS: Mapping[ResolverKind, Product] = {
    ResolverKind.UNBOUND: Product(ecs=True, prefetch=True, orders=(FIXED, ROTATED)),
    ResolverKind.BIND9: Product(
        prefetch=True,
        orders=(FIXED, RANDOM, ROTATED),
        most_min_ttl_s=90,  # "min-cache-ttl", Administrator Reference Manual of 9.18
    ),
    ResolverKind.PDNS_RECURSOR: Product(
        ecs=True,
        prefetch=True,
        orders=(FIXED, RANDOM),
        # "Setting this to lower than 15 will make this value 15" (max-cache-ttl).
        least_max_ttl_s=15,
    ),
    ResolverKind.KNOT_RESOLVER: Product(prefetch=True, orders=(FIXED, ROTATED)),
    ResolverKind.DNSMASQ: Product(
        forwards=True,
        ecs=True,
        orders=(FIXED, ROTATED),
        choices=(ServerChoice.FIRST, ServerChoice.ALL),
        most_min_ttl_s=3600,  # dnsmasq(8)
    ),
    ResolverKind.DNSDIST: Product(
        forwards=True,
        ecs=True,
        choices=(ServerChoice.FIRST, ServerChoice.ROTATED, ServerChoice.RANDOM),
        most_min_ttl_s=0,  # its minTTL says what is not worth caching
    ),
}


def kinds_that(ability: str) -> str:
    """The products that have an ability, by its field's name, for messages."""
    return ", ".join(kind for kind, it in PRODUCTS.items() if getattr(it, ability))
