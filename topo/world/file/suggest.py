"""What the writer of a file probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def close_to(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, or None when none is near."""
    by_folded = {it.lower(): it for it in known}
    found = get_close_matches(word.lower(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`(did you mean "..."?)`, or "" when nothing is near."""
    near = close_to(word, known)
    return f'(did you mean "{near}"?)' if near else ""


def one_of(word: str, known: Iterable[str]) -> str:
    """`did_you_mean`, else the list of what there is."""
    words = tuple(known)
    listed = ", ".join(words) if words else "there are none"
    return did_you_mean(word, words) or f"({listed})"
