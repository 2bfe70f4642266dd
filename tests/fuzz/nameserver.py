"""Feeds the nameserver octets that nobody should send, for as long as one wants.

    python tests/fuzz/nameserver.py --seconds 600 [CORPUS_FOLDER]

With atheris installed, inputs are led by what code they reach; else they are mutated at
random. Ends with an error at the first input that breaks a promise, and prints it.
"""

import sys
import tempfile
import time
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

ATHERIS = find_spec("atheris") is not None
if ATHERIS:
    import atheris

    with atheris.instrument_imports(include=["balancer"]):
        from balancer.nameserver.answering import answer, fast
        from balancer.nameserver.content import authority
        from balancer.nameserver.loading import load as loading
        from balancer.nameserver.policies.steering import NOTHING_KNOWN
        from balancer.nameserver.protection import cookies
        from balancer.nameserver.transfer import axfr
else:
    from balancer.nameserver.answering import answer, fast
    from balancer.nameserver.content import authority
    from balancer.nameserver.loading import load as loading
    from balancer.nameserver.policies.steering import NOTHING_KNOWN
    from balancer.nameserver.protection import cookies
    from balancer.nameserver.transfer import axfr

NOW_S = 1_800_000_000
SECONDARY = "11.1.2.99"
CONFIG = """
[server]
site = "fra"
listen = ["127.0.0.1"]
[[zone]]
name = "gslb.net"
primary = "ns.gslb.net"
contact = "hostmaster.gslb.net"
serial = 7
ttl = "1 h"
negative_ttl = "5 s"
dnssec = { key = "key.pem" }
record = [
  { name = "gslb.net", type = "NS", value = "ns.gslb.net" },
  { name = "ns.gslb.net", type = "A", value = "23.53.0.53" },
  { name = "alias.gslb.net", type = "CNAME", value = "www.gslb.net" },
  { name = "*.wild.gslb.net", type = "TXT", value = "wild" },
  { name = "*.ring.gslb.net", type = "CNAME", value = "x.ring.gslb.net" },
  { name = "chain.gslb.net", type = "CNAME", value = "link.gslb.net" },
  { name = "link.gslb.net", type = "CNAME", value = "a.ring.gslb.net" },
]
[[zone.delegation]]
name = "child.gslb.net"
nameservers = { "ns.child.gslb.net" = ["23.53.0.60"] }
[[zone.service]]
name = "www.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", addresses = ["23.0.1.80", "2a23:0:1::80"] },
  { name = "iad", addresses = ["23.0.2.80", "2a23:0:2::80"] },
]
[[zone.service]]
name = "cdn.gslb.net"
ttl = "20 s"
policy = "nearest"
site = [
  { name = "fra", alias = "alias.gslb.net" },
  { name = "iad", alias = "cdn2.gslb.net" },
]
[[zone.service]]
name = "cdn2.gslb.net"
ttl = "20 s"
policy = "sticky"
site = [
  { name = "fra", alias = "cdn.gslb.net" },
  { name = "iad", alias = "chain.gslb.net" },
]
[[zone]]
name = "gslb.org"
primary = "ns.gslb.org"
contact = "hostmaster.gslb.org"
serial = 7
ttl = "1 h"
negative_ttl = "5 s"
transfer = { to = ["11.1.2.99"] }
record = [{ name = "gslb.org", type = "NS", value = "ns.gslb.org" }]
[map]
network = [{ prefix = "11.2.0.0/16", location = "iad" }]
rtt_ms = { fra = { fra = 1, iad = 88 }, iad = { fra = 88, iad = 1 } }
"""
HEADER, EDNS_HEADER = b"\0\7\1\0\0\1" + bytes(6), b"\0\7\1\0\0\1\0\0\0\0\0\1"
NAMES = (
    b"\3www\4gslb\3net\0",
    b"\4gslb\3net\0",
    b"\5alias\4gslb\3net\0",
    b"\1x\4wild\4gslb\3net\0",
    b"\1x\4ring\4gslb\3net\0",
    b"\5chain\4gslb\3net\0",
    b"\3cdn\4gslb\3net\0",
    b"\4cdn2\4gslb\3net\0",
    b"\1x\5child\4gslb\3net\0",
    b"\7nowhere\4gslb\3net\0",
    b"\4gslb\3org\0",
    b"\7version\4bind\0",
    b"\1x" * 120 + b"\4gslb\3net\0",
)
TYPES = (
    b"\0\1",
    b"\0\2",
    b"\0\x10",
    b"\0\x1c",
    b"\0\x2b",
    b"\0\x2f",
    b"\0\xfc",
    b"\0\xff",
)
OPTIONS = (
    b"",
    b"\0\x08\0\7\0\1\x18\0\x0b\2\3",
    b"\0\x0a\0\x08cccccccc",
    b"\0\x08\0\7\0\1\x18\0\x0b\2\3\0\x0a\0\x08cccccccc",
    b"\0\3\0\0\xff\1\0\1x",
)


class Target:
    """A server, and what it promises for any octets."""

    def __init__(self, folder: Path) -> None:
        path = folder / "dns.toml"
        path.write_text(CONFIG)
        content = loading.load_content(path)
        if content.guide is not None:
            content.guide.settle(NOTHING_KNOWN, Random(1).random)
        zones = content.authority(b"k" * 16).zones
        maker = cookies.Cookies((b"k" * 16,))
        self._authority = authority.Authority(zones, maker, "fra", "1")
        self._fast = fast.FastPath(self._authority)

    def check(self, data: bytes) -> None:
        """Answer by every way there is; AssertionError when a promise is broken."""
        for source in ("11.2.3.10", SECONDARY):
            by_datagram = answer.answer(self._authority, data, source, NOW_S)
            by_stream = answer.answer(self._authority, data, source, NOW_S, stream=True)
            for said, limit in ((by_datagram, 1232), (by_stream, 65535)):
                if isinstance(said, answer.Answer):
                    assert not data[2] & 0x80, "a response was answered"
                    assert said.wire[:2] == data[:2]
                    assert said.wire[2] & 0x80
                    assert len(said.wire) <= limit
            quickly = self._fast.answer(data, source, NOW_S)
            if quickly is not None:
                assert isinstance(by_datagram, answer.Answer)
                assert quickly == by_datagram.wire, "the two paths differ"
            for message in axfr.transfer(self._authority, data, source) or ():
                assert message[:2] == data[:2]


def corpus() -> list[bytes]:
    """Return queries of every kind, to start from."""
    made = [HEADER + name + type_ + b"\0\1" for name in NAMES for type_ in TYPES]
    for each in list(made):
        for options in OPTIONS:
            tail = b"\0\0\x29\x04\xd0\0\0\x80\0" + len(options).to_bytes(2, "big")
            made.append(EDNS_HEADER + each[12:] + tail + options)
    return made


def mutated(data: bytes, random: Random) -> bytes:
    """Return `data` with a few octets changed, left out, put in or said twice."""
    octets = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(octets) + 1)
        match random.randrange(4):
            case 0:
                octets[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                del octets[at : at + random.randint(1, 8)]
            case 2:
                octets[at:at] = random.randbytes(random.randint(1, 8))
            case _:
                octets[at:at] = octets[at : at + random.randint(1, 64)]
    return bytes(octets)


def fuzz_at_random(target: Target, seconds: float, seed: int) -> int:
    """Check mutants until the time is over; return how many."""
    random, start = Random(seed), time.monotonic()
    pool, count = corpus(), 0
    while time.monotonic() - start < seconds:
        data = mutated(random.choice(pool), random)
        count += 1
        try:
            target.check(data)
        except Exception as error:
            error.add_note(f"broken by {data.hex()}")
            raise
    return count


def main() -> None:
    """Fuzz as the command line says."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("corpus", nargs="?", type=Path)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder))
        if not ATHERIS:
            count = fuzz_at_random(target, told.seconds, told.seed)
            sys.stdout.write(f"seed {told.seed}: {count} inputs broke no promise\n")
            return
        seeds = told.corpus or Path(folder) / "corpus"
        seeds.mkdir(exist_ok=True)
        for number, data in enumerate(corpus()):
            (seeds / f"made-{number}").write_bytes(data)
        limits = [
            f"-max_total_time={told.seconds}",
            "-max_len=4096",
            f"-seed={told.seed}",
        ]
        atheris.Setup([sys.argv[0], *limits, str(seeds)], target.check)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
