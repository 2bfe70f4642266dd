"""What the vip agent says of itself on its status socket."""

from typing import Any

from .config import VipConfig
from .datapath import Datapath
from .roster import Roster
from .xdp import XdpMode


class Report:
    """Puts the status object together from roster and kernel counters.

    Args:
        config: whose names are used.
        mode: how the program is attached.
        roster: who is healthy.
        datapath: where packets are counted.
    """

    def __init__(
        self, config: VipConfig, mode: XdpMode, roster: Roster, datapath: Datapath
    ) -> None:
        self._config, self._mode = config, mode
        self._roster, self._datapath = roster, datapath

    def snapshot(self) -> dict[str, Any]:
        """Return the status object; packets and bytes are those sent on."""
        return {
            "name": self._config.balancer.name,
            "mode": str(self._mode),
            "counters": self._datapath.counters(),
            "vips": self._vips(),
            "backends": self._backends(),
            "flows": self._datapath.flow_count(),
        }

    def _vips(self) -> dict[str, dict[str, Any]]:
        vips = {}
        for number, table in enumerate(self._config.vip):
            packets, octets = self._datapath.vip_traffic(number)
            place = f"{table.address} {table.port}/{table.protocol}"
            vips[place] = {"name": table.name, "packets": packets, "bytes": octets}
        return vips

    def _backends(self) -> dict[str, dict[str, Any]]:
        """Return backends by name; one that is in several pools is summed up."""
        backends: dict[str, dict[str, Any]] = {}
        members = (
            (pool, member) for pool in self._roster.pools for member in pool.backends
        )
        for number, (pool, member) in enumerate(members):
            packets, octets = self._datapath.backend_traffic(number)
            first = {"healthy": True, "weight": member.weight, "packets": 0, "bytes": 0}
            entry = backends.setdefault(member.name, first)
            entry["healthy"] &= self._roster.is_alive(pool.name, member.name)
            entry["packets"] += packets
            entry["bytes"] += octets
        return backends
