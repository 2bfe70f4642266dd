"""What is in force: answers, policies and secondaries of the latest configuration."""

import logging
from selectors import BaseSelector
from typing import Any

from ...wire.dns.names import name_to_text
from ..answering.desk import Desk
from ..content.content import Content
from ..dnssec.text import digest_text
from ..loading.guidance import Guidance
from ..transfer.notify import Notifier

log = logging.getLogger("frontlab-dns")


class Service:
    """The parts that a new configuration changes, all at once.

    It keeps no configuration itself, so that an old one's memory is given back.

    Args:
        content: the first configuration.
        secret: for cookies, where the configuration gives none.
        selector: where acknowledgements of secondaries are watched for.
    """

    def __init__(self, content: Content, secret: bytes, selector: BaseSelector) -> None:
        self.site, self.listening = content.site, content.listening
        self._secret = secret
        self.desk = Desk(content.authority(self._secret), content.rate_limit)
        self.desk.counters.samples.per_second = content.samples_per_s
        self.guidance = Guidance(self.desk.forget)
        self.guidance.follow(content.guide)
        self.notifier = Notifier(selector)
        self.notifier.tell(content.zones)

    def use(self, content: Content) -> None:
        """Answer from another configuration from now on."""
        if content.listening != self.listening:
            log.warning("where to listen is fixed while the server runs: not changed")
        self.guidance.follow(content.guide)
        self.desk.replace(content.authority(self._secret), content.rate_limit)
        self.desk.counters.samples.per_second = content.samples_per_s
        self.notifier.tell(content.zones)

    def snapshot(self) -> dict[str, Any]:
        """Return what the status object has of it."""
        return {
            **self.desk.counters.snapshot(self.site),
            "serials": {name_to_text(z.apex): z.serial for z in self.desk.zones},
            "ds": {name_to_text(z.apex): digest_text(z) for z in self.desk.zones},
            "steering": self.guidance.snapshot(),
        }

    def close(self) -> None:
        """Close what it opened."""
        self.notifier.close()
