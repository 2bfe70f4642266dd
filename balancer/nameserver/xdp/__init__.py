"""Answers to hot questions in XDP: what the program is given, and what it counts."""
