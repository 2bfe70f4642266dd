"""Captures: frames at hosts' ports, as they were seen, peeled, understood and written.

What the frames prove about a request is in `tracing` and `names`.
"""
