"""The recursive resolvers' configurations, one file for each product.

All of them ask the private root over IPv4 only, validate nothing (the root is not
signed), listen on their host's own addresses and on those that it shares, run in the
foreground, write to standard error, and keep their files in one directory.
"""

from collections.abc import Callable, Mapping

from topo.world.plan import Anycast, Host, Plan
from topo.world.records import Resolver, ResolverKind

from ..dns import root_hints
from . import bind9, dnsdist, dnsmasq, knot_resolver, pdns_recursor, unbound
from .settings import Settings

_RENDER: Mapping[ResolverKind, Callable[[Settings], dict[str, str]]] = {
    ResolverKind.UNBOUND: unbound.files,
    ResolverKind.BIND9: bind9.files,
    ResolverKind.PDNS_RECURSOR: pdns_recursor.files,
    ResolverKind.KNOT_RESOLVER: knot_resolver.files,
    ResolverKind.DNSMASQ: dnsmasq.files,
    ResolverKind.DNSDIST: dnsdist.files,
}
_ARGV: Mapping[ResolverKind, Callable[[Settings], list[str]]] = {
    ResolverKind.UNBOUND: unbound.argv,
    ResolverKind.BIND9: bind9.argv,
    ResolverKind.PDNS_RECURSOR: pdns_recursor.argv,
    ResolverKind.KNOT_RESOLVER: knot_resolver.argv,
    ResolverKind.DNSMASQ: dnsmasq.argv,
    ResolverKind.DNSDIST: dnsdist.argv,
}


def resolver_files(
    resolver: Resolver, plan: Plan, directory: str
) -> tuple[dict[str, str], list[str]]:
    """The files of a resolver, by name under `directory`, and its argv."""
    settings = Settings(
        resolver=resolver,
        addresses=_addresses(plan, resolver),
        domain=plan.world.domain,
        forward_to=tuple(
            str(plan.resolver(name).address4) for name in resolver.forward_to
        ),
        directory=directory,
    )
    files = {**_RENDER[resolver.kind](settings), "root.hints": root_hints(plan)}
    return files, _ARGV[resolver.kind](settings)


def _addresses(plan: Plan, resolver: Resolver) -> tuple[str, ...]:
    own: list[Host | Anycast] = [plan.host(resolver.name)]
    if resolver.anycast:
        own.append(plan.resolvers[resolver.anycast])
    return tuple(str(ip) for it in own for ip in (it.address4, it.address6))
