"""The nameserver's metrics, from its status object."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...metrics import Kind, Metric, Sample
from .latency import CLASSES, SUM

Status = Mapping[str, Any]

US_PER_S = 1e6
# Response codes by outcome; there is a counter of each outcome's name.
RCODES = {
    "answers": "NOERROR",
    "nodata": "NOERROR",
    "referrals": "NOERROR",
    "nxdomain": "NXDOMAIN",
    "refused": "REFUSED",
    "formerr": "FORMERR",
    "notimp": "NOTIMP",
    "notauth": "NOTAUTH",
    "badvers": "BADVERS",
}
EVENTS = {
    "dropped": "Messages that are no queries.",
    "truncated": "Responses that were too long for UDP.",
    "cookies": "Queries with a DNS cookie.",
    "proven": "Queries that returned a cookie of ours.",
    "transfers": "Transfers of whole zones.",
    "unsent": "Responses that the kernel did not take.",
    "lost_connections": "Connections that could not be accepted.",
}


def metrics_of(status: Status) -> list[Metric]:
    """Return every metric that a status object has; none while no process answers."""
    if "latency_us" not in status:
        return []
    return [
        *_queries(status),
        *_answered(status["answered"]),
        *_latency(status["latency_us"]),
        *_events(status["counters"]),
        *_itself(status),
    ]


def _queries(status: Status) -> Iterator[Metric]:
    counts = status["counters"]
    answered = sum(
        count
        for reason, count in status.get("xdp", {}).get("counters", {}).items()
        if reason.startswith("ANSWERED")
    )
    transports = {"udp": counts["udp"] - answered, "tcp": counts["tcp"]}
    if "xdp" in status:
        transports["xdp"] = answered
    what = "Queries by how they came; those by xdp never came to the server."
    yield _counter("queries", what, "transport", transports)
    samples = (
        Sample(counts[outcome], {"rcode": rcode, "outcome": outcome})
        for outcome, rcode in RCODES.items()
    )
    yield _metric("responses", "Responses, those by xdp among them.", *samples)


def _answered(answered: Status) -> Iterator[Metric]:
    what = "Questions that were understood, by type."
    yield _counter("questions", what, "type", answered["types"])
    samples = (
        Sample(count, {"policy": policy, "site": site})
        for policy, sites in answered["steered"].items()
        for site, count in sites.items()
    )
    yield _metric("steered", "Answers that a policy chose, by site.", *samples)
    scopes = (
        Sample(count, dict(zip(("family", "length"), scope.split("/"), strict=True)))
        for scope, count in answered["scopes"].items()
    )
    what = "Answers to client subnets, by the scope prefix length that was told."
    yield _metric("scopes", what, *scopes)


def _latency(latency_us: Status) -> Iterator[Metric]:
    samples = [
        each
        for transport, counts in latency_us.items()
        for each in _histogram(transport, counts)
    ]
    what = "Time from taking queries from the socket until their answers were sent."
    name = "frontlab_dns_answer_seconds"
    yield Metric(name, Kind.HISTOGRAM, what, tuple(samples))


def _histogram(transport: str, counts: Mapping[str, int]) -> Iterator[Sample]:
    total = 0
    for number in range(CLASSES - 1):
        total += counts.get(str(1 << number), 0)
        labels = {"transport": transport, "le": repr((1 << number) / US_PER_S)}
        yield Sample(total, labels, "_bucket")
    total += counts.get("inf", 0)
    yield Sample(total, {"transport": transport, "le": "+Inf"}, "_bucket")
    yield Sample(counts[SUM] / US_PER_S, {"transport": transport}, "_sum")
    yield Sample(total, {"transport": transport}, "_count")


def _events(counts: Status) -> Iterator[Metric]:
    limited = {name: counts[name] for name in ("slipped", "held_back")}
    what = "Responses over the rate limit: sent truncated, or not at all."
    yield _counter("rate_limited", what, "action", limited)
    for name, what in EVENTS.items():
        yield _metric(name, what, Sample(counts[name]))


def _itself(status: Status) -> Iterator[Metric]:
    if "xdp" in status:
        what = "Frames by what became of them in XDP, and why."
        frames = {key.lower(): n for key, n in status["xdp"]["counters"].items()}
        yield _counter("xdp_frames", what, "reason", frames)
    steering, reloads = status["steering"], status["reloads"]
    results = {name: steering[name] for name in ("taken", "refused")}
    yield _counter("steering_maps", "Steering maps.", "result", results)
    results = {name: reloads[name] for name in ("done", "failed")}
    yield _counter("reloads", "Reloads of the configuration.", "result", results)
    what = "The version of the steering map in force."
    yield _gauge("steering_version", what, Sample(steering["version"]))
    if steering["age_s"] is not None:
        what = "How long ago the steering map in force was written."
        yield _gauge("steering_age_seconds", what, Sample(steering["age_s"]))
    serials = (Sample(n, {"zone": zone}) for zone, n in status["serials"].items())
    yield _gauge("zone_serial", "The zone's version in force.", *serials)
    if "workers" in status:
        workers = status["workers"]
        what = "Processes that answer."
        yield _gauge("workers", what, Sample(workers["running"]))
        what = "Processes that were started in place of others."
        yield _metric("worker_restarts", what, Sample(workers["restarts"]))


def _counter(name: str, what: str, label: str, counts: Mapping[str, int]) -> Metric:
    samples = (Sample(count, {label: text}) for text, count in counts.items())
    return _metric(name, what, *samples)


def _metric(name: str, what: str, *samples: Sample) -> Metric:
    return Metric(f"frontlab_dns_{name}_total", Kind.COUNTER, what, samples)


def _gauge(name: str, what: str, *samples: Sample) -> Metric:
    return Metric(f"frontlab_dns_{name}", Kind.GAUGE, what, samples)
