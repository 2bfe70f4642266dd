"""A recursive resolver's table in a world file, held to what its product can do."""

from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from ..products import PRODUCTS, Product, kinds_that
from ..records import RecordOrder, ResolverKind, ServerChoice
from .fields import Name, ResolverName, SiteName, Table, TtlS, choice

INSTANCES_MAX = 8
Kind = Annotated[ResolverKind, choice(ResolverKind)]
Order = Annotated[RecordOrder, choice(RecordOrder)]
Choice = Annotated[ServerChoice, choice(ServerChoice)]


def _listed(value: object) -> object:
    """One name stands for a list of one."""
    return [value] if isinstance(value, str) else value


class ResolverTable(Table):
    """A recursive resolver, or several behind one address: at `sites`."""

    name: Name
    site: SiteName | None = None
    sites: Annotated[list[SiteName], Field(default_factory=list, validate_default=True)]
    instances: Annotated[int, Field(ge=1, le=INSTANCES_MAX)] = 1
    kind: Kind
    anycast: Name | None = None
    ecs: bool = False
    forward_to: Annotated[
        list[ResolverName],
        BeforeValidator(_listed),
        Field(default_factory=list, validate_default=True),
    ]
    choice: Choice | None = None
    order: Order | None = None
    prefetch: bool | None = None
    serve_stale: TtlS | None = None
    min_ttl: TtlS | None = None
    max_ttl: TtlS | None = None
    replies_from_own: bool = False

    @field_validator("sites")
    @classmethod
    def _placed_once(cls, value: list[str], info: ValidationInfo) -> list[str]:
        site = info.data.get("site", "wrong")
        if site is None and not value:
            raise ValueError('missing (add site = "fra", or sites = ["fra", "iad"])')
        if info.data.get("site") and value:
            raise ValueError("site and sites are both said (leave one out)")
        if len(set(value)) < len(value):
            raise ValueError("a site is there twice (instances = 2 puts two at each)")
        return value

    @field_validator("instances")
    @classmethod
    def _several_share(cls, value: int, info: ValidationInfo) -> int:
        if value > 1 and info.data.get("sites") == []:
            raise ValueError('several need one address (sites = ["fra"], not site)')
        return value

    @field_validator("anycast")
    @classmethod
    def _one_alone(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("sites"):
            raise ValueError("with sites, its name is the shared address's (leave out)")
        return value

    @field_validator("ecs")
    @classmethod
    def _can_ecs(cls, value: bool, info: ValidationInfo) -> bool:
        product = _product(info)
        if value and product and not product.ecs:
            raise ValueError(
                f"{info.data['kind']} sends no client subnets "
                f"(kinds that do: {kinds_that('ecs')})"
            )
        return value

    @field_validator("forward_to")
    @classmethod
    def _forwards(cls, value: list[str], info: ValidationInfo) -> list[str]:
        product, kind = _product(info), info.data.get("kind")
        if product and product.forwards and not value:
            raise ValueError(f"missing ({kind} only forwards: name a resolver)")
        if product and value and not product.forwards:
            raise ValueError(
                f"{kind} resolves itself "
                f"(leave it out, or use one of {kinds_that('forwards')})"
            )
        return value

    @field_validator("choice")
    @classmethod
    def _can_choose(
        cls, value: ServerChoice | None, info: ValidationInfo
    ) -> ServerChoice | None:
        product = _product(info)
        if value is not None and product:
            _refuse_others(f"{info.data['kind']} chooses", value, product.choices)
        return value

    @field_validator("order")
    @classmethod
    def _can_order(
        cls, value: RecordOrder | None, info: ValidationInfo
    ) -> RecordOrder | None:
        product = _product(info)
        if value is not None and product:
            _refuse_others(f"{info.data['kind']} orders", value, product.orders)
        return value

    @field_validator("prefetch")
    @classmethod
    def _can_prefetch(cls, value: bool | None, info: ValidationInfo) -> bool | None:
        product = _product(info)
        if value and product and not product.prefetch:
            raise ValueError(
                f"{info.data['kind']} fetches nothing ahead "
                f"(kinds that do: {kinds_that('prefetch')})"
            )
        return value

    @field_validator("min_ttl")
    @classmethod
    def _allowed(cls, value: int | None, info: ValidationInfo) -> int | None:
        product = _product(info)
        most = product.most_min_ttl_s if product else None
        if value is not None and most is not None and value > most:
            raise ValueError(f"{info.data['kind']} takes at most {most} s")
        return value

    @field_validator("max_ttl")
    @classmethod
    def _ordered(cls, value: int | None, info: ValidationInfo) -> int | None:
        least = info.data.get("min_ttl")
        if value is not None and least is not None and value < least:
            raise ValueError(f"is below min_ttl ({least} s)")
        product = _product(info)
        least = product.least_max_ttl_s if product else None
        if value is not None and least is not None and value < least:
            raise ValueError(f"{info.data['kind']} takes at least {least} s")
        return value

    @field_validator("replies_from_own")
    @classmethod
    def _can_forget(cls, value: bool, info: ValidationInfo) -> bool:
        kind = info.data.get("kind", ResolverKind.UNBOUND)
        if value and kind is not ResolverKind.UNBOUND:
            raise ValueError(
                f"{kind} answers from the address that was asked (unbound need not)"
            )
        if value and not (info.data.get("sites") or info.data.get("anycast")):
            raise ValueError("it has one address only (name others with sites)")
        return value


def _product(info: ValidationInfo) -> Product | None:
    """The product of the table, unless its kind is wrong itself."""
    kind = info.data.get("kind")
    return PRODUCTS[kind] if kind else None


def _refuse_others(who: str, value: str, able: tuple[str, ...]) -> None:
    if value not in able:
        can = f"only {' or '.join(able)}" if able else "in its own way only"
        raise ValueError(f'"{value}": {who} {can}')
