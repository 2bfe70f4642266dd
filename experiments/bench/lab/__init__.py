"""Benchmarks of the lab: sandboxes, hosts, links, and a world until it is ready."""
