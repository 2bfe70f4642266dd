"""What dnspython's reader of zone files puts records into: a list, and no zone."""

import dns.name
import dns.rdata

ROOT_NAME = dns.name.root


class Collected:
    """Stands where dnspython's reader wants a transaction, and keeps the records."""

    def __init__(self) -> None:
        self.manager = self
        self.records: list[tuple[dns.name.Name, int, dns.rdata.Rdata]] = []

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        """Say that names are absolute, and that none is outside."""
        return ROOT_NAME, False, ROOT_NAME

    def check_put_rdataset(self, check: object) -> None:
        """Take no check: the zone is checked as a whole."""

    def _set_origin(self, origin: dns.name.Name) -> None:
        """Do nothing: the reader knows its origin by itself."""

    def add(self, name: dns.name.Name, ttl_s: int, rdata: dns.rdata.Rdata) -> None:
        """Keep a record."""
        self.records.append((name, ttl_s, rdata))

    def take(self) -> list[tuple[dns.name.Name, int, dns.rdata.Rdata]]:
        """Return the records and forget them."""
        taken, self.records = self.records, []
        return taken
