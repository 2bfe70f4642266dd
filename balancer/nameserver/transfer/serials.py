"""Numbers of versions of a zone, which begin anew at their end (RFC 1982)."""

VALUES = 2**32


def is_newer(serial: int, than: int) -> bool:
    """Say whether one number is that of a later version than another."""
    return 0 < (serial - than) % VALUES < VALUES // 2
