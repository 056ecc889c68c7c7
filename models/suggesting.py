"""What did the user mean? The tail of a message about an unknown name."""

from collections.abc import Iterable

CLOSE_ENOUGH = 70.0
"""Similarity from 0 to 100 above which a known name counts as meant."""


def suggest(word: str, choices: Iterable[str]) -> str:
    """`; did you mean 'toxicity'? known: openers, toxicity`: to be put right after a message that names the word.

    Without a close choice only the known names; without any choice, nothing.
    """
    known = sorted(set(choices))
    if not known:
        return ""
    meant = closest(word, known)
    return (f"; did you mean {meant!r}?" if meant else ";") + f" known: {', '.join(known)}"


def closest(word: str, choices: Iterable[str]) -> str | None:
    """The known name most like the word, or none that is like it at all."""
    from rapidfuzz import fuzz, process

    def folded(text: str) -> str:
        return text.strip().lower().replace("_", "-")

    found = process.extractOne(word, list(choices), scorer=fuzz.ratio, processor=folded, score_cutoff=CLOSE_ENOUGH)
    return str(found[0]) if found else None
