"""How long the world `earth` takes to be ready, and to be gone."""

import json
import os
import time

from topo.lab.start import Options, open_lab
from topo.sandbox import run_sandboxed
from topo.world_file import load_world

from ..figure import Figure

WORLD = "earth"
READY_TARGET_S = 15.0
TEARDOWN_TARGET_S = 0.2


def run() -> list[Figure]:
    """Bring the world up once; return seconds to ready and seconds to be gone."""
    reader, writer = os.pipe()
    started_s = time.monotonic()
    status = run_sandboxed(lambda: _bring_up(writer), f"bench-{WORLD}")
    gone_s = time.monotonic()
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = json.loads(pipe.read() or "{}")
    if status or not told:
        return [Figure(f"lab {WORLD} ready", float("nan"), "s", READY_TARGET_S, False)]
    ready_s, teardown_s = told["ready_s"] - started_s, gone_s - told["end_s"]
    return [
        _bounded(f"lab {WORLD} ready", ready_s, READY_TARGET_S),
        _bounded(f"lab {WORLD} gone", teardown_s, TEARDOWN_TARGET_S),
    ]


def _bring_up(writer: int) -> int:
    """Run inside the sandbox; CLOCK_MONOTONIC is the same inside and outside."""
    with open_lab(WORLD, load_world(WORLD), Options(), lambda _: None):
        told = {"ready_s": time.monotonic()}
        told["end_s"] = time.monotonic()
    os.write(writer, json.dumps(told).encode())
    return 0


def _bounded(name: str, value_s: float, target_s: float) -> Figure:
    return Figure(name, value_s, "s", target_s, value_s <= target_s)
