"""Prometheus' text: names, labels and numbers as its manual has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balancer.config import parse_config
from balancer.errors import ConfigError
from balancer.metrics import Kind, Metric, Sample, exposition
from balancer.metrics_config import MetricsTable
from balancer.metrics_server import answer_to

PACKETS = Metric(
    "packets_total",
    Kind.COUNTER,
    "Packets\nby what\\why.",
    (Sample(12345678901234567, {"reason": "tracked"}), Sample(0.5)),
)


def test_the_text_of_a_metric() -> None:
    assert exposition([PACKETS]).splitlines() == [
        "# HELP packets_total Packets\\nby what\\\\why.",
        "# TYPE packets_total counter",
        'packets_total{reason="tracked"} 12345678901234567',
        "packets_total 0.5",
    ]


@given(st.text())
def test_any_label_stays_in_its_line_and_quotes(text: str) -> None:
    metric = Metric("m", Kind.GAUGE, "", (Sample(True, {"a": text, "b": "c"}),))
    lines = exposition([metric]).split("\n")
    assert len(lines) == 4
    inside = lines[2].removeprefix('m{a="').removesuffix('",b="c"} 1')
    unescaped = inside.replace("\\\\", "\0").replace('\\"', '"').replace("\\n", "\n")
    assert unescaped.replace("\0", "\\") == text.replace("\0", "\\")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        pytest.param(b"GET /metrics HTTP/1.1", b"200 OK", id="metrics"),
        pytest.param(b"GET /metrics?x=1 HTTP/1.1", b"200 OK", id="with a query"),
        pytest.param(b"GET / HTTP/1.1", b"404 Not Found", id="another path"),
        pytest.param(b"POST /metrics HTTP/1.1", b"404 Not Found", id="another method"),
        pytest.param(b"\xff\x00", b"404 Not Found", id="no HTTP"),
    ],
)
def test_what_is_answered(request_line: bytes, status: bytes) -> None:
    answer = answer_to(request_line + b"\r\nHost: x\r\n\r\n", lambda: [PACKETS])
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert f"Content-Length: {len(body)}".encode() in head


@pytest.mark.parametrize(
    ("listen", "told"),
    [
        ("127.0.0.1:9100", "127.0.0.1 9100"),
        ("[::1]:9100", "::1 9100"),
        ("::1:9100", "no address with a port"),
        ("[127.0.0.1]:9100", "no address with a port"),
        ("localhost:9100", "no address with a port"),
        ("127.0.0.1", "no address with a port"),
        ("127.0.0.1:65536", "no address with a port"),
    ],
)
def test_where_to_listen(listen: str, told: str) -> None:
    try:
        table = parse_config(f'listen = "{listen}"', "f", MetricsTable)
    except ConfigError as error:
        assert told in str(error)
    else:
        assert " ".join(map(str, table.listen)) == told
