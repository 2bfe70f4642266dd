"""Zones as a server holds them: read from text, checked, packed, and looked up.

With their keys; what signatures prove is in `dnssec`, and messages are `answering`'s.
"""
