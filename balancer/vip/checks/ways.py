"""The ways of health checks: direct, or by a tunnel, opened when it is wanted."""

import logging
from contextlib import ExitStack

from ...errors import Unsupported
from ...model import Forwarding
from ..pools.roster import Roster
from ..settings.config import VipConfig
from ..tables.modes import FOLLOWED
from ..tables.options import Options
from ..tables.tables import BackendEntry
from ..tunnel.egress import Ends, Tunnels, tunnelling
from .targets import Marks, mark_of

log = logging.getLogger("frontlab-vip")


class Ways:
    """Decides by which way backends are checked, and leads packets by it."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._tunnels: Tunnels | None = None

    def decided(self, config: VipConfig) -> VipConfig:
        """Return the configuration with "auto" decided for each pool.

        Raises:
            Unsupported: a pool asks for the tunnel, and the kernel has none.
        """
        config = config.unfollowed()
        ways = {pool.health.through for pool in config.pool}
        if ways == {"direct"}:
            return config
        try:
            self._open(config)
        except Unsupported as error:
            if "tunnel" in ways:
                raise
            log.warning("%s; backends are checked directly", error)
            return config.through("direct")
        return config.through("tunnel")

    def lead(self, roster: Roster) -> Marks:
        """Have packets with a mark go where a VIP's do; return the marks.

        A hardware address that is not known leads nowhere yet.
        """
        marks: dict[tuple[str, str, str], int] = {}
        tunnels: dict[int, Ends] = {}
        for pool, name, _ in roster.each():
            number = roster.backend_number(pool, name)
            entry = roster.tables.backends[number]
            for address, mode in _modes(roster, pool).items():
                ends = _ends(mode, roster.plan.options, entry)
                if ends is not None:
                    mark = mark_of(number, mode)
                    marks[pool, name, address], tunnels[mark] = mark, ends
        if self._tunnels is not None:
            self._tunnels.write(tunnels)
        return marks

    def close(self) -> None:
        """Close the tunnel."""
        self._opened.close()

    def _open(self, config: VipConfig) -> None:
        if self._tunnels is None:
            opened = tunnelling(config.balancer.interface)
            self._tunnels = self._opened.enter_context(opened)


def _modes(roster: Roster, pool: str) -> dict[str, Forwarding]:
    """Return how the packets of each VIP's address reach a pool, if checks can too."""
    modes: dict[str, Forwarding] = {}
    for each in roster.plan.vips:
        mode = each.vip.handling.forwarding
        if mode is Forwarding.GRE_KEY:  # a check is no connection of another's
            mode = Forwarding.GRE
        if each.vip.pool == pool and mode in FOLLOWED:
            modes.setdefault(str(each.vip.address), mode)
    return modes


def _ends(mode: Forwarding, options: Options, backend: BackendEntry) -> Ends | None:
    if mode is Forwarding.L2:
        return Ends(mode, options.source, backend.mac) if backend.mac else None
    if mode is Forwarding.GRE6 and options.source6 and backend.address6:
        return Ends(mode, options.source6, backend.address6)
    return Ends(mode, options.source, backend.address)
