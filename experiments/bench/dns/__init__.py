"""Benchmarks of the nameserver: itself, and next to others."""
