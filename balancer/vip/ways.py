"""The ways of health checks: direct, or by a tunnel, opened when it is wanted."""

import logging
from contextlib import ExitStack
from ipaddress import IPv4Address

from ..errors import Unsupported
from ..model import Address
from .config import VipConfig
from .roster import Roster
from .targets import MARK, Marks
from .tunnel.egress import Tunnels, tunnelling

log = logging.getLogger("frontlab-vip")


class Ways:
    """Decides by which way backends are checked, and leads packets by it."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._tunnels: Tunnels | None = None
        self._source: IPv4Address | None = None

    def decided(self, config: VipConfig) -> VipConfig:
        """Return the configuration with "auto" decided for each pool.

        Raises:
            Unsupported: a pool asks for the tunnel, and the kernel has none.
        """
        config = config.untunnelled()
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
        """Have packets with a backend's mark go there; return the marks."""
        marks: dict[tuple[str, str], int] = {}
        addresses: dict[int, Address] = {}
        for pool, name, member in roster.each():
            mark = MARK | roster.backend_number(pool, name)
            marks[pool, name], addresses[mark] = mark, member.backend.address
        if self._tunnels is not None:
            self._tunnels.write(addresses)
        return marks

    def close(self) -> None:
        """Close the tunnel."""
        self._opened.close()

    def _open(self, config: VipConfig) -> None:
        source = config.balancer.source
        if self._source != source:
            self._opened.close()
            opened = tunnelling(config.balancer.interface, source)
            self._tunnels = self._opened.enter_context(opened)
            self._source = source
