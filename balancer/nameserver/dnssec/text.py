"""Keys of zones as people write them; pure."""

from ...wire.dns.dnssec import DS
from ..zones.zone import Zone


def digest_text(zone: Zone) -> str | None:
    """Return the DS record's data of a signed zone as people write it."""
    if zone.key is None:
        return None
    rdata = zone.key.digest(zone.apex)
    numbers = DS.unpack_from(rdata)
    return " ".join(map(str, numbers)) + " " + rdata[DS.size :].hex().upper()
