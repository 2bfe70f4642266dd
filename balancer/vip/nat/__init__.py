"""Network address translation: its flows, their ports, and packets with other ends.

Pure; when a packet is translated is in `decision`.
"""
