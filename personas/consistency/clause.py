"""What does a sentence say clause by clause: its words, whether they are denied, and of what time it speaks?"""

import re
from dataclasses import dataclass
from enum import IntEnum

from .lemma import lemma
from .lexicon import lexicon

TOKEN = re.compile(r"[^\W_]+(?:'s\b)?|[,.;:!?]|'s\b")
NAME = re.compile(r"(?<=[\w,] )[A-Z][^\W_]+|^[A-Z][^\W_]+(?= [A-Z])")
PAST_VERB = re.compile(r"[a-z]{3,}ed$")


class Time(IntEnum):
    """When a clause holds."""

    NOW = 0
    PAST = 1
    EVER = 2
    """Always, or, denied, never."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Words in their dictionary forms."""

    words: tuple[str, ...]
    time: Time
    denied_at: int
    """Index of the word that denies what follows; past the end where none does."""
    real: bool
    """Not wished, planned or supposed."""
    names: frozenset[str]
    """Words with a capital that stand in mid-sentence."""

    @property
    def denied(self) -> bool:
        return self.denied_at < len(self.words)


def clauses(sentence: str) -> tuple[Clause, ...]:
    """The clauses of a sentence in their order; idioms are replaced by plain words first."""
    words = lexicon()
    names = frozenset(
        lemma(name.lower())
        for name in NAME.findall(sentence.replace("'s", ""))
        if name.lower() not in words.plain_capitals
    )
    text = _respell(sentence)
    raw = [part for part in (_cut(TOKEN.findall(text))) if part]
    said: list[Clause] = []
    for tokens in raw:
        said.append(_clause(tokens, names, said[-1] if said else None))
    return tuple(said)


def _respell(sentence: str) -> str:
    text = sentence.lower().replace("’", "'").replace("`", "'").replace("-", " ")
    for pattern, plain in lexicon().respelled:
        text = pattern.sub(plain, text)
    return text


def _cut(tokens: list[str]) -> list[list[str]]:
    """At punctuation, at conjunctions, and at an `and` with a subject after it."""
    parts: list[list[str]] = [[]]
    opening = lexicon().conjunctions
    for place, token in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else ""
        if token in ",.;:!?":
            parts.append([])
        elif token == "and" and parts[-1][:1] == ["my"] and len(parts[-1]) < 4 and following == "i":
            parts[-1].append(token)
        elif token == "and" and following in lexicon().groups["going_on"] and "i" in parts[-1]:
            parts.append(["i"])
        elif token in {"until", "till"} and following not in lexicon().groups["after_and"]:
            parts[-1].append(token)
        elif token in opening or (token in lexicon().groups["joining"] and following in lexicon().groups["after_and"]):
            parts.append([token] if token in opening else [])
        else:
            parts[-1].append(token)
    return parts


def _clause(tokens: list[str], names: frozenset[str], before: Clause | None) -> Clause:
    words = lexicon()
    bases = tuple(lemma(token) for token in tokens)
    denied_at = next((place for place, token in enumerate(tokens) if token in words.negators), len(tokens))
    real = words.unreal.search(" ".join(tokens)) is None
    time = _time(tokens)
    if time is None:
        time = before.time if before and before.time is Time.PAST else Time.NOW
    return Clause(bases, time, denied_at, real, names & frozenset(bases))


def _time(tokens: list[str]) -> Time | None:
    """None where no verb shows it."""
    words, text = lexicon(), " ".join(tokens)
    if words.ever.search(text):
        return Time.EVER
    if words.today.search(text):
        return Time.NOW
    if words.past.search(text):
        return Time.PAST
    for place, token in enumerate(tokens[:8]):
        if token in words.present:
            return Time.NOW
        if token in words.pasts or (place and PAST_VERB.fullmatch(token) and token not in words.no_pasts):
            return Time.PAST
        if place and tokens[place - 1] == "i" and token not in words.adverbs:
            return Time.NOW
    return None
