"""Zones handed on to secondaries: whole transfers, and notice of changes."""
