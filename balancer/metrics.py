"""Metrics in Prometheus' text format, from values at hand; no registry and no sockets.

Our counters live in kernel maps and are read when somebody asks, so a client library
with counters of its own would only be copied into.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_IN_LABEL = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_IN_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})


class Kind(StrEnum):
    """How a metric's values are to be taken."""

    COUNTER = "counter"  # never falls, except to begin anew
    GAUGE = "gauge"
    HISTOGRAM = "histogram"  # buckets, each with all below it; their sum and count


@dataclass(frozen=True, slots=True)
class Sample:
    """One value, and the labels that tell it from others of its metric.

    `suffix` is of its name: "_bucket", "_sum" or "_count" in a histogram.
    """

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with all its values.

    Args:
        name: with its unit, and for a counter with "_total".
        kind: how the values are to be taken.
        help: what it says, in a sentence.
        samples: one for each set of labels.
    """

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


def exposition(metrics: Iterable[Metric]) -> str:
    """Return the text that Prometheus scrapes.

    Source: "Exposition formats", section "Text-based format", of Prometheus' manual.
    """
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help.translate(_IN_HELP)}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for sample in metric.samples:
        name = metric.name + sample.suffix
        yield f"{name}{_labels(sample.labels)} {_number(sample.value)}"


def _labels(labels: Mapping[str, str]) -> str:
    pairs = (f'{name}="{text.translate(_IN_LABEL)}"' for name, text in labels.items())
    inside = ",".join(pairs)
    return f"{{{inside}}}" if inside else ""


def _number(value: float) -> str:
    # Whole numbers in full: octets soon have more digits than a float shows.
    return str(int(value)) if value == int(value) else repr(float(value))
