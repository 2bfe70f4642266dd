"""The authoritative nameserver: zones and policies inside, sockets around them."""
