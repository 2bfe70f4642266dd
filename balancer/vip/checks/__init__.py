"""Health checks: who is asked how they are, by which way, without blocking.

When an answer counts is in `pools`.
"""
