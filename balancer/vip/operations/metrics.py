"""The balancer's metrics, from its kernel maps and the roster."""

import time
from collections.abc import Iterator

from ...metrics import Kind, Metric, Sample
from ..pools.plan import VipPlan
from ..xdp.datapath import Datapath
from ..xdp.traffic import Traffic
from .service import Service

_Labels = dict[str, str]


def collect(service: Service) -> list[Metric]:
    """Return every metric as it is now."""
    with service.forwarder.reading() as datapath:
        return [
            *_packets(datapath),
            *_vips(service, datapath),
            *_backends(service, datapath),
            *_flows(datapath),
            *_itself(service),
        ]


def _packets(datapath: Datapath) -> Iterator[Metric]:
    samples = (
        Sample(count, {"reason": reason.lower()})
        for reason, count in datapath.counters().items()
    )
    what = "Packets by what became of them, and why."
    yield Metric("frontlab_vip_packets_total", Kind.COUNTER, what, tuple(samples))


def _vips(service: Service, datapath: Datapath) -> Iterator[Metric]:
    roster = service.roster
    each = [(_vip_labels(v), roster.vip_number(v)) for v in roster.plan.vips]
    traffic = [(labels, datapath.vip_traffic(number)) for labels, number in each]
    yield from _sent("a VIP", "vip", traffic)


def _backends(service: Service, datapath: Datapath) -> Iterator[Metric]:
    roster, now_s = service.roster, time.monotonic()
    each = [({"pool": p, "backend": n}, p, n, m) for p, n, m in roster.each()]
    traffic = [
        (labels, datapath.backend_traffic(roster.backend_number(pool, name)))
        for labels, pool, name, _ in each
    ]
    yield from _sent("a backend", "backend", traffic)
    yield Metric(
        "frontlab_backend_healthy",
        Kind.GAUGE,
        "Whether all checks of a backend passed.",
        tuple(
            Sample((pool, name) in service.healthy, labels)
            for labels, pool, name, _ in each
        ),
    )
    yield Metric(
        "frontlab_backend_weight",
        Kind.GAUGE,
        "The weight that a backend's slots follow now.",
        tuple(
            Sample(roster.weight_of(pool, name, now_s), labels)
            for labels, pool, name, _ in each
        ),
    )


def _flows(datapath: Datapath) -> Iterator[Metric]:
    present, created = datapath.flow_count(), datapath.flows_created()
    told = "Flows that the flow table has."
    yield Metric("frontlab_flows", Kind.GAUGE, told, (Sample(present),))
    told = "Flows that are translated."
    translated = (Sample(datapath.translations.count()),)
    yield Metric("frontlab_translations", Kind.GAUGE, told, translated)
    told = "Flows that the flow table took in."
    yield Metric("frontlab_flows_created_total", Kind.COUNTER, told, (Sample(created),))


def _itself(service: Service) -> Iterator[Metric]:
    samples = (
        Sample(count, {"result": result}) for result, count in service.reloads.items()
    )
    what = "Whether packets still come to the program, by what was seen last."
    attached = (Sample(not service.fault),)
    yield Metric("frontlab_vip_attached", Kind.GAUGE, what, attached)
    what = "Reloads of the configuration."
    yield Metric("frontlab_reloads_total", Kind.COUNTER, what, tuple(samples))


def _sent(
    whose: str, kind: str, traffic: list[tuple[_Labels, Traffic]]
) -> Iterator[Metric]:
    """Yield what was sent on for all of a kind, and what was returned."""
    for unit in ("packets", "bytes"):
        ways = {
            f"sent_{unit}": "sent on, without the outer headers",
            f"returned_{unit}": "returned to clients by way of the balancer",
        }
        for name, way in ways.items():
            place = name.removeprefix("sent_")
            samples = (Sample(getattr(t, place), labels) for labels, t in traffic)
            what = f"{unit.capitalize()} of {whose} {way}."
            metric = f"frontlab_{kind}_{name}_total"
            yield Metric(metric, Kind.COUNTER, what, tuple(samples))


def _vip_labels(plan: VipPlan) -> _Labels:
    vip = plan.vip
    return {
        "vip": vip.name,
        "address": str(vip.address),
        "port": vip.port_text,
        "protocol": vip.protocol.name.lower(),
    }
