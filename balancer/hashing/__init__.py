"""Choosing by hash: from a flow to a number, and from a number to a backend."""
