"""One capture through both engines: the same frames out, octet for octet."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from live.vip.site import BALANCER
from live.vip.site_text import VIP_TOML
from vip_vectors import read_balancer

from balancer.pcap import Captured, write_pcap

pytestmark = pytest.mark.live

ROUNDS = 20


def test_both_engines_send_the_same(tmp_path: Path) -> None:
    balancing, packets = read_balancer()
    (tmp_path / "vip.toml").write_text(VIP_TOML.format(balancer=BALANCER, mode="auto"))
    rng = random.Random(1)
    frames = [packet.frame for packet in packets]
    frames += [mutated(rng, rng.choice(frames)) for _ in range(ROUNDS * len(packets))]
    captured = (Captured(n, frame) for n, frame in enumerate(frames))
    (tmp_path / "in.pcap").write_bytes(b"".join(write_pcap(captured)))
    mac = balancing.options.mac.hex(":")
    told = {engine: replay(tmp_path, engine, mac) for engine in ("reference", "xdp")}
    assert told["reference"] == told["xdp"]
    assert len(told["xdp"]["counters"]) > 10
    sent = {(tmp_path / f"{engine}.pcap").read_bytes() for engine in told}
    assert len(sent) == 1
    assert len(sent.pop()) > 24


def replay(folder: Path, engine: str, mac: str) -> dict:
    argv = [sys.executable, "-m", "balancer", "vip", "replay", "--engine", engine]
    argv += ["--config", str(folder / "vip.toml"), "--mac", mac]
    argv += [str(folder / "in.pcap"), str(folder / f"{engine}.pcap")]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told.pop("engine") == engine
    return told


def mutated(rng: random.Random, frame: bytes) -> bytes:
    octets = bytearray(frame)
    for _ in range(rng.randrange(4)):
        octets[rng.randrange(len(octets))] = rng.randrange(256)
    return bytes(octets)
