"""Benchmarks: performance as figures, measured in one run, never as tests."""
