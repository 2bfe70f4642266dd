"""Benchmarks of the VIP layer: hashing, the data plane, and balancers by others."""
