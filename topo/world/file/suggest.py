"""What the writer of a file may have meant, or may choose."""

from collections.abc import Iterable

from balancer.suggest import did_you_mean


def one_of(word: str, known: Iterable[str]) -> str:
    """Return the nearest of the known words, else the list of what there is."""
    words = tuple(known)
    listed = ", ".join(words) if words else "there are none"
    return did_you_mean(word, words).strip() or f"({listed})"
