"""Measurements of names: what resolvers cache, whom they send where, and at what cost.

One file for each kind of row, and `dns_tables` shows them all. A single question, hop
by hop, is in `tracing`.
"""
