"""Packets as far as the balancer looks, and which addresses can be in them; pure.

Nothing is changed here (`forwarding`, `nat`) and nothing decided (`decision`).
"""
