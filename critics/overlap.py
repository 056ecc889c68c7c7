"""How alike are two utterances, word by word?"""

from .language import pack
from .tokenisation import Words as Words


def tokens(text: str, language: str = "en") -> Words:
    """Words that can be compared: of English, lower-cased and without punctuation and articles. `Pack.tokens` is the
    same for who has the pack. Raises ValueError for a language without one."""
    words = pack(language)
    if not words:
        raise ValueError(f"no words of the language {language!r}")
    return words.tokens(text)


def token_f1(one: str, other: str) -> float:
    """Harmonic mean of the shares of words that each text has in common with the other, 0 to 1; 0 for an empty one."""
    return f1(tokens(one), tokens(other))


def f1(one: Words, other: Words) -> float:
    """`token_f1` of words."""
    total = len(one) + len(other)
    return 2.0 * _shared(one, other) / total if one and other else 0.0


def sizes(size: int, threshold: float) -> tuple[float, float]:
    """(least, most) words of a text whose F1 with one of `size` words can reach the threshold.

    Most pairs are told apart by this alone.
    """
    return size * threshold / (2.0 - threshold) - 1e-9, size * (2.0 - threshold) / threshold + 1e-9


def reaches(score: float, threshold: float) -> bool:
    """Whether a score is at the threshold or above, whatever its last binary digit."""
    return score >= threshold - 1e-9


def _shared(one: Words, other: Words) -> int:
    """Words in common, each as often as both have it."""
    left = list(other)
    shared = 0
    for word in one:
        if word in left:
            left.remove(word)
            shared += 1
    return shared
