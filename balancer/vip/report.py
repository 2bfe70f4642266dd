"""What the vip agent says of itself on its status socket."""

from typing import Any

from .config import VipConfig
from .datapath import Datapath
from .keeper import Keeper
from .xdp import XdpMode


class Report:
    """Puts the status object together from health and kernel counters.

    Args:
        config: whose names are used.
        mode: how the program is attached.
        keeper: who is healthy.
        datapath: where packets are counted.
    """

    def __init__(
        self, config: VipConfig, mode: XdpMode, keeper: Keeper, datapath: Datapath
    ) -> None:
        self._config, self._mode = config, mode
        self._keeper, self._datapath = keeper, datapath

    def snapshot(self) -> dict[str, Any]:
        """Return the status object; packets and bytes are those sent on."""
        flows = self._datapath.flow_count()
        return {
            "name": self._config.balancer.name,
            "mode": str(self._mode),
            "counters": self._datapath.counters(),
            "vips": self._vips(),
            "backends": self._backends(),
            "flows": flows,
            "evicted": self._datapath.flows_created() - flows,
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
        healthy = self._keeper.healthy
        tables = ((pool.name, b) for pool in self._config.pool for b in pool.backend)
        for number, (pool, table) in enumerate(tables):
            packets, octets = self._datapath.backend_traffic(number)
            first = {"healthy": True, "weight": table.weight, "packets": 0, "bytes": 0}
            entry = backends.setdefault(table.name, first)
            entry["healthy"] &= (pool, table.name) in healthy
            entry["packets"] += packets
            entry["bytes"] += octets
        return backends
