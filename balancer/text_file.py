"""Text files that people write, read whole; no format is known here."""

from pathlib import Path

from .errors import ConfigError

TEXT_MAX = 64 << 20  # characters: a device has no end


def read_text(path: Path) -> str:
    """Return the text of a file that people write.

    Raises:
        ConfigError: it cannot be read, is not UTF-8, or has no end.
    """
    try:
        # Editors may put a mark first.
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(TEXT_MAX + 1)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text: {error.reason}") from error
    if len(text) > TEXT_MAX:
        raise ConfigError(f"{path}: too long (at most {TEXT_MAX >> 20} MiB)")
    return text
