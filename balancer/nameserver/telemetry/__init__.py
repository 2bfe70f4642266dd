"""What the nameserver tells of itself: tallies, times, samples, and metrics of them.

Who counts is in `answering`.
"""
