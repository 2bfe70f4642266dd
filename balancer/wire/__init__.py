"""Wire formats: bytes to records and back; no I/O and no policy."""
