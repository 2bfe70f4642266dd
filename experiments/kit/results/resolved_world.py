"""A world back to the text of its file: complete, with no default left to the reader.

A run keeps this text, so that it can be made again when worlds or defaults change.
"""

from collections.abc import Mapping

from topo.render.toml import Table, Value, to_toml
from topo.world.records import (
    Datacenter,
    Resolver,
    Service,
    Shape,
    Site,
    WanLink,
    World,
)


def world_text(world: World) -> str:
    """Return a world file that parses to exactly `world`."""
    return to_toml(
        {
            "name": world.name,
            "description": world.description,
            "domain": world.domain,
            "nameserver_names": world.nameserver_names.value,
            "sites": {site.name: _site(site) for site in world.sites},
            "links": [_link(link) for link in world.links],
            "resolvers": [_resolver(it) for it in world.resolvers],
            "clients": [
                {
                    "name": it.name,
                    "site": it.site,
                    "hosts": it.hosts,
                    "resolver": it.resolver,
                }
                for it in world.client_networks
            ],
            "datacenters": [_datacenter(it) for it in world.datacenters],
            "services": [_service(it) for it in world.services],
        }
    )


def _site(site: Site) -> Table:
    return {
        "region": site.region,
        "latitude": site.latitude,
        "longitude": site.longitude,
    }


def _link(link: WanLink) -> Table:
    return {
        "between": [link.a, link.b],
        "mtu": link.mtu,
        "forward": _shape(link.forward),
        "backward": _shape(link.backward),
    }


def _shape(shape: Shape) -> Table:
    said = {
        "delay": f"{shape.delay_ms} ms",
        "jitter": f"{shape.jitter_ms} ms",
        "loss": f"{shape.loss * 100} %",
        "queue": f"{shape.queue_ms} ms",
    }
    if shape.rate_mbit is not None:
        said["rate"] = f"{shape.rate_mbit} Mbit/s"
    return said


def _resolver(resolver: Resolver) -> Table:
    optional: Mapping[str, Value | None] = {
        "anycast": resolver.anycast or None,
        "forward_to": list(resolver.forward_to) or None,
        "choice": resolver.choice,
        "order": resolver.order,
        "prefetch": resolver.prefetch,
        "serve_stale": _seconds(resolver.stale_s),
        "min_ttl": _seconds(resolver.min_ttl_s),
        "max_ttl": _seconds(resolver.max_ttl_s),
    }
    return {
        "name": resolver.name,
        "site": resolver.site,
        "kind": resolver.kind.value,
        "ecs": resolver.ecs,
        **{key: value for key, value in optional.items() if value is not None},
        "replies_from_own": resolver.replies_from_own,
    }


def _datacenter(it: Datacenter) -> Table:
    return {
        "site": it.site,
        "balancers": it.balancers,
        "backends": it.backends,
        "nameserver_xdp": it.nameserver_xdp,
        "weights": list(it.weights),
        "capacity": f"{it.capacity_rps} /s",
        "nameserver": it.nameserver.value,
        "balancer": it.balancer.value,
        "shared_lan": it.shared_lan,
    }


def _service(it: Service) -> Table:
    said: dict[str, Value] = {
        "name": it.name,
        "port": it.port,
        "ttl": f"{it.ttl_s} s",
        "policy": it.policy,
        "selection": it.selection,
        "slots": it.slots,
        "tracking": it.tracking,
        "forwarding": it.forwarding,
        "second_chance": it.second_chance,
        "too_big": it.too_big,
    }
    sizes = {"mtu": it.mtu, "clamp_mss": it.clamp_mss}
    said |= {key: size for key, size in sizes.items() if size is not None}
    return {**said, "selection_options": dict(it.selection_options)}


def _seconds(ttl_s: int | None) -> str | None:
    return None if ttl_s is None else f"{ttl_s} s"
