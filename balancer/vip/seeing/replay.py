"""`python -m balancer vip replay`: a capture in, and out what the balancer sends."""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from ...errors import ConfigError, FrontlabError, WireError
from ...pcap import Captured, read_capture, write_pcap
from ...wire.ethernet import mac_octets
from ..link.interface import interface_options
from ..pools.memory import Memory
from ..pools.roster import Roster
from ..settings.config import VipConfig, read_vip_config
from ..tables.modes import LEAST_IPV6_MTU, min_mtu
from ..tables.options import Options
from ..tables.tables import Tables
from .engines import Outcome, Reference, open_program


class Engine(Protocol):
    """What decides: the reference, or the program."""

    def run(self, frame: bytes) -> Outcome:
        """Return what becomes of a frame."""
        ...


def main(argv: Sequence[str]) -> int:
    """Give each frame of a capture to an engine, write what it sends; return 0.

    Both engines have a flow table of their own, which is empty at first, and the time
    that it is: what a capture has in an hour comes at once.
    """
    found = _parser().parse_args(argv)
    config = read_vip_config(found.config)
    tables = tables_of(config, _options(config, found), found.down)
    counted: Counter[str] = Counter()
    with _engine(found.engine, tables) as engine:
        sent = _replayed(_read(found.capture), engine, counted)
        parts = b"".join(write_pcap(sent))
    try:
        found.result.write_bytes(parts)
    except OSError as error:
        raise FrontlabError(f"{found.result}: {error.strerror}") from error
    told = {"engine": found.engine, "frames": counted.total(), "counters": counted}
    print(json.dumps(told))  # noqa: T201 - the result
    return 0


def tables_of(config: VipConfig, options: Options, down: Sequence[str]) -> Tables:
    """Return the tables when all backends serve but those that are `down`.

    Raises:
        ConfigError: there is no backend of such a name.
    """
    roster = Roster(config.plan(options), Memory(), 0.0)
    members = list(roster.each())
    if unknown := set(down) - {name for _, name, _ in members}:
        raise ConfigError(f"--down: no backend is named {', '.join(sorted(unknown))}")
    for pool, name, member in members:
        enough = roster.plan.pool(pool).thresholds.fall if name in down else 1
        for aspect in tuple(member.healths) * enough:
            roster.note(pool, name, aspect, name not in down)
    return roster.update(0.0)


def _engine(name: str, tables: Tables) -> AbstractContextManager[Engine]:
    return (
        nullcontext(Reference(tables)) if name == "reference" else open_program(tables)
    )


def _replayed(
    frames: Sequence[Captured], engine: Engine, counted: Counter[str]
) -> Iterator[Captured]:
    for each in frames:
        outcome = engine.run(each.frame)
        counted[outcome.reason.name] += 1
        yield from (Captured(each.time_ns, frame) for frame in outcome.sent)


def _read(path: Path) -> list[Captured]:
    try:
        return list(read_capture(path.read_bytes()))
    except OSError as error:
        raise FrontlabError(f"{path}: {error.strerror}") from error
    except WireError as error:
        raise FrontlabError(f"{path}: {error}") from error


def _options(config: VipConfig, found: Namespace) -> Options:
    """Return what the interface would tell, where it is not there to be asked."""
    if found.mac is None:
        return interface_options(config)
    if found.mtu < (least := min_mtu(config.modes())):
        raise ConfigError(f"--mtu {found.mtu}: outer packets of {least} must fit")
    return config.options(found.mtu, found.mac)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m balancer vip replay")
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--engine",
        choices=("reference", "xdp"),
        default="reference",
        help="who decides",
    )
    parser.add_argument(
        "--mac", type=_mac, help="the balancer's hardware address; its interface's"
    )
    parser.add_argument("--mtu", type=_mtu, default=1500, help="with --mac: its MTU")
    parser.add_argument(
        "--down", action="append", default=[], metavar="BACKEND", help="who is dead"
    )
    parser.add_argument("capture", type=Path, help="pcap or pcapng, of Ethernet")
    parser.add_argument("result", type=Path, help="pcap that is written")
    return parser


def _mac(text: str) -> bytes:
    try:
        return mac_octets(text)
    except WireError as error:
        raise ArgumentTypeError(str(error)) from error


def _mtu(text: str) -> int:
    if (
        not text.isascii()
        or not text.isdigit()
        or not LEAST_IPV6_MTU <= int(text) <= 65535
    ):
        raise ArgumentTypeError(f"{text!r} is no MTU from {LEAST_IPV6_MTU} to 65535")
    return int(text)
