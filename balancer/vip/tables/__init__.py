"""What decides, as records: tables, options, modes and bounds; pure.

`pools` makes them; as octets in the kernel's maps they are in `xdp`.
"""
