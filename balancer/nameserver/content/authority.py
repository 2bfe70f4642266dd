"""What a server answers from: its zones, and what it says about itself."""

from dataclasses import dataclass

from ...wire.dns.codes import Class, Type
from ...wire.dns.names import name_from_text
from ...wire.dns.query import Question
from ...wire.dns.records import RecordSet, TextData
from ..protection.budget import Budget
from ..protection.cookies import Cookies
from ..zones.zone import Zones

# RFC 4892 and BIND's older names for the same.
VERSION_NAMES = {name_from_text("version.bind"), name_from_text("version.server")}
IDENTITY_NAMES = {name_from_text("hostname.bind"), name_from_text("id.server")}


@dataclass(frozen=True, slots=True)
class Authority:
    """Everything that answers depend on, but for the query and the time.

    Args:
        zones: what we are authoritative for.
        cookies: makes DNS cookies; None: the option is ignored.
        identity: name of this server among those of the same address, for NSID
            (RFC 5001) and `id.server`; "": it is not told.
        version: what `version.bind` says; "": it is refused.
        budget: of signatures for names that are made up; None: there is no end.
        idle_timeout_s: how long a connection without queries lives (RFC 7828).
    """

    zones: Zones
    cookies: Cookies | None = None
    identity: str = ""
    version: str = ""
    budget: Budget | None = None
    idle_timeout_s: float = 0.0

    def about_itself(self, question: Question) -> RecordSet | None:
        """Return what the server tells about itself in class CHAOS; None: nothing."""
        if question.class_ != Class.CHAOS or question.type not in (Type.TXT, Type.ANY):
            return None
        name = question.name.lower()
        text = ""
        if name in VERSION_NAMES:
            text = self.version
        elif name in IDENTITY_NAMES:
            text = self.identity
        if not text:
            return None
        data = (TextData((text.encode(),)),)
        return RecordSet(name, Type.TXT, 0, data, Class.CHAOS)
