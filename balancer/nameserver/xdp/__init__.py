"""Answers to hot questions in XDP: what the program is given, and what it counts.

Which answers are hot, and their octets, come from `answering`; the program is in `bpf`.
"""
