"""The world as data: sites, links, addresses and delays; nothing runs here."""
