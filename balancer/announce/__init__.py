"""Beside a server with an anycast address: checks it, and tells the router."""
