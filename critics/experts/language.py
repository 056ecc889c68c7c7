"""Is the dialogue in its language?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from pydantic import Field

from ...agents.staging import language_name
from ..case import Case
from ..critic import Critic
from ..language import Pack, languages, pack
from ..overlap import reaches
from ..script import is_alone, letters_by_script, script_of, scripts_of, shown
from ..verdict import Abstention, Finding, Verdict, Why

OWN, OTHER = 0.1, 0.5
"""Share of function words among a turn's words: so few of its own language's, or so many of another's, and it is taken
for a stray. 86 % of the English turns of Synthetic-Persona-Chat reach the second, and each has more than the first."""


@dataclass(frozen=True)
class Language(Critic):
    """Every turn is in the dialogue's language, and in its script.

    Language models slip: a Chinese word in a Korean reply, a reply in English. By the Unicode script of the letters;
    and where several languages share a script, by function words: a turn with hardly any of its own language's, or with
    more of another's. The score is the share of turns in the language.
    """

    foreign: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Share of a turn's letters that may be in another script."""
    latin: Annotated[float, Field(ge=0, le=1)] = 0.5
    """The same for Latin letters in a language of another script: names, brands, abbreviations."""
    words: Annotated[int, Field(ge=1)] = 6
    """Turns of fewer words are too short to be told by their function words."""
    allowed: Annotated[int, Field(ge=0)] = 0
    """How many turns of a dialogue may be in another language or script."""

    async def review(self, case: Case) -> Verdict | Abstention:
        scripts = scripts_of(case.language)
        if not scripts:
            return Abstention(Why.NOT_APPLICABLE, f"it does not know how the language {case.language!r} is written")
        own = None if is_alone(case.language) else pack(case.language)
        others = _others(case.language, scripts)
        found = tuple(self._strays(case, scripts, own, others))
        score = 1.0 - len(found) / len(case.turns) if found else 1.0
        if len(found) <= self.allowed:
            return Verdict(True, score, found)
        advice = f"Speak {language_name(case.language)}, and nothing else."
        return Verdict(False, score, found, {f.seat: advice for f in found if f.seat})

    def _strays(
        self, case: Case, scripts: frozenset[str], own: Pack | None, others: dict[str, Pack]
    ) -> Iterator[Finding]:
        """At most one finding a turn."""
        for index, turn in enumerate(case.turns):
            if script := self._other_script(turn.text, scripts):
                yield Finding(f"holds {shown(script)}", index, turn.seat, span=_run(turn.text, script))
            elif why := self._other_language(turn.text, own, others):
                yield Finding(why, index, turn.seat, span=turn.text)

    def _other_script(self, text: str, scripts: frozenset[str]) -> str | None:
        """The most frequent of the scripts that have more than their share of a text."""
        letters = letters_by_script(text)
        foreign = Counter({script: count for script, count in letters.items() if script not in scripts})
        latin = foreign["LATIN"]
        if latin and (reaches(self.latin * letters.total(), latin) or _latin_words(text) < LATIN_WORDS):
            del foreign["LATIN"]
        if foreign["LATIN"] or not reaches(self.foreign * letters.total(), foreign.total()):
            return foreign.most_common(1)[0][0]
        return None

    def _other_language(self, text: str, own: Pack | None, others: dict[str, Pack]) -> str:
        """Why a text is none of its language's; "" for one that may be."""
        if len(text.split()) < self.words:
            return ""
        known = _share(text, own) if own and own.stop_words else None
        for code, words in others.items():
            if (share := _share(text, words)) >= OTHER and share > (known or 0.0):
                return f"reads like {language_name(code)}: {share:.0%} of its words are function words there"
        return "holds hardly any function word of its language" if known is not None and known <= OWN else ""


LATIN_WORDS = 3
"""Fewer words in Latin letters are a name or a title, whatever their share."""


def _others(language: str, scripts: frozenset[str]) -> dict[str, Pack]:
    """The packs of other languages in the same script."""
    own = pack(language)
    found = {code: pack(code) for code in languages() if scripts_of(code) & scripts}
    return {code: words for code, words in found.items() if words and words is not own}


def _share(text: str, words: Pack) -> float:
    """Of function words among the words of a text, 0 to 1."""
    said = words.tokens(text)
    return sum(word in words.stop_words for word in said) / len(said) if said else 0.0


def _latin_words(text: str) -> int:
    return sum(any(script_of(letter) == "LATIN" for letter in word) for word in text.split())


def _run(text: str, script: str) -> str:
    """The longest stretch of a text in a script, with what is no letter in between."""
    runs = groupby(text, key=lambda letter: script_of(letter) in (script, ""))
    stretches = ["".join(run).strip() for inside, run in runs if inside]
    return max(stretches, key=lambda run: sum(script_of(letter) == script for letter in run))
