"""Experiments: one file, one question, one verdict."""
