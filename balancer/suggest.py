"""What somebody probably meant who wrote a word that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def close_to(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like `word`, in any case; None: none is."""
    by_folded = {it.lower(): it for it in known}
    found = get_close_matches(word.lower(), by_folded, n=1)
    return by_folded[found[0]] if found else None


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return " (did you mean ...?)" for the nearest known word, or ""."""
    near = close_to(str(word), known)
    return f' (did you mean "{near}"?)' if near else ""
