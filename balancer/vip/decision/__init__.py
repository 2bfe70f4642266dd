"""The reference of the XDP program: what becomes of a packet, and what is remembered.

Pure: `xdp` has the kernel do the same, and live tests compare the two.
"""
