"""What the dearest queries cost that somebody can make up, each by its own kind.

The names, subnets and cookies of a kind differ from query to query, so that nothing
which is remembered helps but what is the same for all of them. Each round is a second
of its own, in which no limit is reached. CPU time of this thread, without the kernel's
part; the median of rounds, in which all kinds have their turns.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.loading.load import load_content
from balancer.nameserver.policies.steering import NOTHING_KNOWN
from balancer.nameserver.protection.budget import MAX_LABELS
from balancer.nameserver.protection.limit import RateLimit
from balancer.nameserver.zones.keys import SigningKey
from balancer.wire.dns.codes import Type
from balancer.wire.dns.edns import MAX_OPTIONS, OPT_RECORD, Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import MAX_RECORDS, Question, make_query

from ..figure import Figure

TARGET_US = 50.0
ROUNDS, ASKED = 25, 80
NOW_S = 1_800_000_000
MANY_ADDRESSES, LABELS = 60, 115
BESIDE_ONE, BESIDE_TWO = (labels - 3 for labels in MAX_LABELS[1:])
RECORD = b"\0\0\1\0\1" + bytes(6)
HEADER = b"\0\7\1\0"
CONFIG = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 1
ttl = "1 h"
negative_ttl = "5 s"
dnssec = {{ key = "key.pem" }}
record = [
  {{ name = "gslb.net", type = "NS", value = "ns.example.net" }},
  {{ name = "c1.gslb.net", type = "CNAME", value = "c2.gslb.net" }},
  {{ name = "c2.gslb.net", type = "CNAME", value = "c3.gslb.net" }},
  {{ name = "c3.gslb.net", type = "CNAME", value = "c4.gslb.net" }},
  {{ name = "c4.gslb.net", type = "CNAME", value = "c5.gslb.net" }},
  {{ name = "c5.gslb.net", type = "A", value = "23.0.0.5" }},
  {{ name = "*.wild.gslb.net", type = "TXT", value = "wild" }},
  {{ name = "*.alias.gslb.net", type = "CNAME", value = "c5.gslb.net" }},
  {{ name = "*.lost.gslb.net", type = "CNAME", value = "nowhere.gslb.net" }},
  {{ name = "*.below.gslb.net", type = "CNAME", value = "www.child.gslb.net" }},
  {{ name = "*.into.gslb.net", type = "CNAME", value = "x.cdn.gslb.net" }},
  {many}
]
[[zone.delegation]]
name = "child.gslb.net"
nameservers = {{ "ns.child.gslb.net" = ["23.53.0.60"] }}
[[zone.service]]
name = "*.cdn.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  {{ name = "fra", addresses = ["23.0.1.81", "23.0.1.82"] }},
  {{ name = "iad", addresses = ["23.0.2.81", "23.0.2.82"] }},
]
[[zone.service]]
name = "*.chosen.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  {{ name = "fra", alias = "c5.gslb.net" }},
  {{ name = "iad", alias = "c4.gslb.net" }},
]
[[zone.service]]
name = "*.twice.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  {{ name = "fra", alias = "x.cdn.gslb.net" }},
  {{ name = "iad", alias = "y.cdn.gslb.net" }},
]
[map]
network = [
  {{ prefix = "11.0.0.0/8", location = "fra" }},
  {{ prefix = "12.0.0.0/8", location = "iad" }},
]
[map.rtt_ms]
fra = {{ fra = 0.5, iad = 88.0 }}
iad = {{ fra = 88.0, iad = 0.5 }}
"""

Make = Callable[[Random], bytes]


def run() -> list[Figure]:
    """Measure each kind, with and without a rate limit; takes about 10 s."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dns.toml"
        addresses = (
            f'{{ name = "{name}.gslb.net", type = "A", value = "23.0.1.{number}" }},'
            for name in ("many", "*.many")
            for number in range(MANY_ADDRESSES)
        )
        path.write_text(CONFIG.format(many="\n".join(addresses)))
        content = load_content(path)
        if content.guide is not None:
            content.guide.settle(NOTHING_KNOWN, float)
        authority = content.authority(b"k" * 16)
    desks = {
        "": Desk(authority),
        ", rate limited": Desk(authority, RateLimit(per_second=20)),
    }
    cases = {
        f"{kind}{limited}": (desk, make)
        for limited, desk in desks.items()
        for kind, make in KINDS.items()
    }
    signature_us, of_queries_us = _measured(cases)
    figures = [Figure("one signature alone", signature_us, "us")]
    figures += [
        Figure(f"a query: {name}", us, "us", TARGET_US, us <= TARGET_US)
        for name, us in of_queries_us.items()
    ]
    return figures


def _measured(
    cases: dict[str, tuple[Desk, Make]],
) -> tuple[float, dict[str, float]]:
    """Return what the library takes for one signature, and what each case takes.

    A signature is half of many rows, on any machine; and a machine may be slower for
    some of the rows, so that signatures are made beside each.
    """
    chance, key = Random(1), SigningKey.generate()
    signed_us: list[float] = []
    taken_us: dict[str, list[float]] = {name: [] for name in cases}
    for now_s in range(NOW_S, NOW_S + ROUNDS):
        for name, (desk, make) in cases.items():
            queries = [(make(chance), _source(chance)) for _ in range(ASKED)]
            with _timed(signed_us):
                for query, _ in queries:
                    key.sign_once(query)
            with _timed(taken_us[name]):
                for query, source in queries:
                    desk.answer_datagram(query, source, now_s)
    return median(signed_us), {name: median(us) for name, us in taken_us.items()}


@contextmanager
def _timed(taken_us: list[float]) -> Iterator[None]:
    """Add the time of each of the queries that are answered in it."""
    started_s = time.thread_time()
    yield
    taken_us.append((time.thread_time() - started_s) / ASKED * 1e6)


def _source(chance: Random) -> str:
    return ".".join(str(chance.randrange(1, 255)) for _ in range(4))


def _label(chance: Random) -> str:
    return "".join(chance.choices("abcdefghijklmnop", k=10))


def _labels(chance: Random, labels: int = LABELS) -> str:
    return ".".join(chance.choices("abcdefghijklmnop", k=labels))


def _query(name: str, type_: int = Type.A, *options: Option) -> bytes:
    edns = Edns(1232, dnssec_ok=True, options=options)
    return make_query(7, Question(name_from_text(name), type_), edns).to_wire()


def _with_records(query: bytes, count: int) -> bytes:
    """Return a query with records before its OPT record, which mean nothing."""
    opt_at = len(query) - OPT_RECORD.size
    additionals = (count + 1).to_bytes(2, "big")
    return query[:10] + additionals + query[12:opt_at] + RECORD * count + query[opt_at:]


def _new_cookie(chance: Random) -> Option:
    return Option(10, chance.randbytes(8))


def _options(chance: Random) -> tuple[Option, ...]:
    """Return all options that we answer, with a cookie that somebody forged."""
    made_s = NOW_S.to_bytes(4, "big")
    cookie = chance.randbytes(8) + b"\1\0\0\0" + made_s + chance.randbytes(8)
    return Option(3, b""), _subnet(chance), Option(10, cookie)


def _subnet(chance: Random) -> Option:
    return Option(8, b"\0\1\x18\0\x0b" + chance.randbytes(2))


KINDS: dict[str, Make] = {
    "a made-up name": lambda it: _query(f"{_label(it)}.gslb.net"),
    "a made-up name and all options": lambda it: _query(
        f"{_label(it)}.gslb.net", Type.A, *_options(it)
    ),
    "a made-up name of 117 labels": lambda it: _query(f"{_labels(it)}.gslb.net"),
    "a made-up name and 3 records": lambda it: _with_records(
        _query(f"{_label(it)}.gslb.net"), 3
    ),
    f"{MAX_RECORDS} records": lambda it: (
        HEADER
        + b"\0\1\0\0\0\0\0"
        + MAX_RECORDS.to_bytes()
        + _query(f"{_label(it)}.gslb.net")[12 : -OPT_RECORD.size]
        + RECORD * MAX_RECORDS
    ),
    "a made-up type": lambda it: _query("c5.gslb.net", it.randrange(300, 60000)),
    "a wildcard's": lambda it: _query(f"{_label(it)}.wild.gslb.net", Type.TXT),
    "a wildcard's, with a type made up": lambda it: _query(
        f"{_label(it)}.wild.gslb.net", it.randrange(300, 60000)
    ),
    "a wildcard's alias": lambda it: _query(f"{_label(it)}.alias.gslb.net"),
    "a wildcard's alias to nothing": lambda it: _query(f"{_label(it)}.lost.gslb.net"),
    "a wildcard's alias into a child": lambda it: _query(
        f"{_label(it)}.below.gslb.net"
    ),
    "a wildcard's alias to what is steered": lambda it: _query(
        f"{_label(it)}.into.gslb.net"
    ),
    "a wildcard's steered alias": lambda it: _query(f"{_label(it)}.chosen.gslb.net"),
    "the same, for a subnet, and of as many labels as may be": lambda it: _query(
        f"{_labels(it, BESIDE_TWO)}.chosen.gslb.net", Type.A, _subnet(it)
    ),
    "a wildcard's steered alias to what is steered": lambda it: _query(
        f"{_label(it)}.twice.gslb.net"
    ),
    "the same, of as many labels as may be": lambda it: _query(
        f"{_labels(it, BESIDE_TWO)}.twice.gslb.net"
    ),
    "the same, and all that is dear": lambda it: _query(
        f"{_labels(it)[:-12]}.twice.gslb.net", Type.A, *_options(it)
    ),
    "a wildcard's 60 addresses": lambda it: _query(f"{_label(it)}.many.gslb.net"),
    "a steered wildcard's": lambda it: _query(f"{_label(it)}.cdn.gslb.net"),
    "a wildcard's, with a cookie and as many labels as may be": lambda it: _query(
        f"{_labels(it, BESIDE_ONE)}.wild.gslb.net", Type.TXT, _new_cookie(it)
    ),
    "a steered wildcard's, with a cookie": lambda it: _query(
        f"{_labels(it, BESIDE_ONE)}.cdn.gslb.net", Type.A, _new_cookie(it)
    ),
    "all that is dear together": lambda it: _query(
        f"{_labels(it)[:-10]}.wild.gslb.net", Type.TXT, *_options(it)
    ),
    "sixteen options": lambda it: _query(
        f"{_label(it)}.wild.gslb.net",
        Type.TXT,
        *(Option(100 + number, b"") for number in range(MAX_OPTIONS)),
    ),
    "four aliases": lambda it: _query("c1.gslb.net", it.randrange(300, 60000)),
    "below a delegation": lambda it: _query(f"{_label(it)}.child.gslb.net"),
    "60 signed addresses": lambda it: _query(
        "many.gslb.net", Type.A, Option(3, b""), Option(9, it.randbytes(2))
    ),
    "4 kB of questions": lambda it: (
        HEADER
        + b"\2\x8a"
        + bytes(6)
        + b"\3www\4gslb\3net\0\0\1\0\1"
        + b"\xc0\x0c\0\1\0\1" * 640
    ),
    "a name that points to itself": lambda it: (
        HEADER + b"\0\1" + bytes(6) + b"\xc0\x0c\0\1\0\1"
    ),
    "random octets": lambda it: HEADER + b"\0\1\0\0\0\0\0\1" + it.randbytes(100),
}
