"""The XDP program and its maps: written, read, replaced, and what they say as octets.

Which tables are wanted is `pools`' business; the program's source is in `bpf`.
"""
