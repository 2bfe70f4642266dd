"""Measuring every way of forwarding of a world, one after the other."""

import asyncio
import socket
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from topo.world.hosts import INTERFACE
from topo.world.plan import Host

from ..clients.visits import LARGE
from ..packets.capture import Capture
from ..packets.peeled import Packet, packets
from ..trial import Trial
from .probe import Ends, judged, probes, told_mtu
from .row import Downloads, ForwardingRow, Found, Full, Single, row_of
from .segments import full_segments
from .target import Target, targets
from .transfers import Transfer, transfer

if TYPE_CHECKING:
    from topo.lab.lab import Lab

ROUNDS = 25  # of small requests, each through all ways
DOWNLOADS = 3
UPLOAD_LENGTH = 300_000
TOKEN = "/?probe"


def forwarding_rows(lab: "Lab", trial: Trial) -> Iterator[ForwardingRow]:
    """Measure every way; a row for each, in both families."""
    found = list(targets(lab.plan))
    timed = asyncio.run(_timed(lab, found))
    downloads = [_downloads(lab, trial, target) for target in found]
    single = [_single(lab, trial, target) for target in found]
    with full_segments(lab, {it.name for target in found for it in target.backends}):
        full = [_full(lab, trial, target) for target in found]
    parts = map(Found, timed, downloads, single, full)
    for target, some in zip(found, parts, strict=True):
        yield row_of(target, some, TOKEN.encode())


async def _timed(lab: "Lab", found: Sequence[Target]) -> list[list[Transfer]]:
    """Return small transfers by target; they take turns, so that all share noise."""
    times: list[list[Transfer]] = [[] for _ in found]
    for _ in range(ROUNDS):
        for target, some in zip(found, times, strict=True):
            some.append(await transfer(lab, target.server, "/"))
    return times


def _downloads(lab: "Lab", trial: Trial, target: Target) -> Downloads:
    with trial.capture(f"{target.name}-downloads", target.balancers) as capture:
        transfers = [_transfer(lab, target, LARGE) for _ in range(DOWNLOADS)]
    return Downloads(transfers, _at(capture, target.balancers))


def _single(lab: "Lab", trial: Trial, target: Target) -> Single:
    with trial.capture(f"{target.name}-ends", target.hosts) as capture:
        probe = _transfer(lab, target, TOKEN)
        _send_probes(lab, target)
        upload = _transfer(lab, target, "/", UPLOAD_LENGTH)
    at_client = _at(capture, [target.client])
    at_balancer = _at(capture, target.balancers)
    return Single(
        probe=probe,
        at_client=at_client,
        at_backends=_at(capture, target.backends),
        passed=judged(at_balancer, at_client, target.vip),
        upload=upload,
    )


def _full(lab: "Lab", trial: Trial, target: Target) -> Full:
    with trial.capture(f"{target.name}-full", [target.client]) as capture:
        upload = _transfer(lab, target, "/", UPLOAD_LENGTH)
    came = _at(capture, [target.client])
    return Full(upload, sum(told_mtu(it, target.vip) > 0 for it in came))


def _transfer(lab: "Lab", target: Target, path: str, length: int = 0) -> Transfer:
    return asyncio.run(transfer(lab, target.server, path, length))


def _send_probes(lab: "Lab", target: Target) -> None:
    ends = Ends(
        client=target.client_address,
        vip=target.vip,
        port=target.port,
        client_mac=target.client.mac,
        router_mac=lab.plan.router(target.client.site).mac,
    )
    with lab.inside(target.client.name):
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    with raw:
        raw.bind((INTERFACE, 0))
        for frame in probes(ends):
            raw.send(frame)


def _at(capture: Capture, hosts: Iterable[Host]) -> list[Packet]:
    names = {host.name for host in hosts}
    return list(packets(it for it in capture.frames if it.port in names))
