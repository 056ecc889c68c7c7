"""What do generators leave behind in a turn that nobody would say?"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from .language import Pack


class Flaw(StrEnum):
    """What is wrong; each finding's text begins with it, so that flaws can be counted."""

    TURNS = "turns"
    ALTERNATION = "alternation"
    EMPTY = "empty"
    LIST = "list"
    MARKUP = "markup"
    LABEL = "label"
    STAGE_DIRECTION = "stage direction"
    PLACEHOLDER = "placeholder"
    BLANK = "blank"


class Sign(NamedTuple):
    """A pattern that shows a flaw."""

    flaw: Flaw
    pattern: re.Pattern[str]


def flaws_in(text: str, words: Pack | None, names: tuple[str, ...]) -> Iterator[tuple[Flaw, str]]:
    """(flaw, words that show it) of a turn, with the names at the table; without `words` of the language only the signs
    that need none. Most turns hold nothing suspicious and cost one search."""
    if not any(map(str.isalnum, text)):
        yield Flaw.EMPTY, ""
    if _SUSPECT.search(text):
        lowered = text.lower()
        mentioned = tuple([name for name in names if name.lower() in lowered])
        for flaw, pattern in _signs(words, mentioned):
            for match in pattern.finditer(text):
                yield flaw, match.group().strip()


_SUSPECT = re.compile(r"[\[(<{*_#`:•\n\d○〇]|^\s*-|OO")
"""What every sign needs."""

_HTML = "b|i|u|p|em|br|hr|div|span|strong|code|ul|ol|li|h[1-6]"


@lru_cache(maxsize=256)
def _signs(words: Pack | None, names: tuple[str, ...]) -> tuple[Sign, ...]:
    """For a turn that mentions these names: mostly none. To compile them takes milliseconds, and 30 kB."""
    people = "|".join(re.escape(name) for name in names if name)
    generic = [rf"{label}(?: ?\d| [a-z])?" for label in sorted(words.labels)] if words else []
    labels = "|".join(filter(None, [people, *generic]))
    own = [_sign(Flaw.LABEL, rf"^\W{{0,3}}(?:{labels})\W{{0,2}}:(?=\s|\*)")] if labels else []
    return (*_ANYWHERE, *own, *(_worded(words, people) if words else ()))


def _worded(words: Pack, people: str) -> Iterator[Sign]:
    """The signs that need words of the language."""
    cues = words.stage_cues.pattern.removeprefix(r"\b").removesuffix(r"\b")
    labels, blanks, behind = map(_any, (words.generic_labels, words.blanks, words.attached))
    acts = "|".join(
        [rf"(?:\w+ ){{0,2}}{cues}", *([rf"(?:{people})(?:{behind})? (?!(?:{blanks})\b)\w+"] if people else [])]
    )
    yield _sign(Flaw.STAGE_DIRECTION, rf"(?<![*\w])\*(?:(?:{acts})\b[^*\n]{{0,80}}|(?:[^\s*]+ ){{3,}}[^\s*]+)\*(?!\*)")
    yield _sign(Flaw.STAGE_DIRECTION, rf"[(\[](?:{acts})\b[^)\]\n]{{0,80}}[)\]]")
    filler = rf"(?:{labels}) ?\w(?:'s)?|{_any(words.around_blanks | words.blanks)}"
    yield _sign(Flaw.BLANK, rf"\((?:(?:{filler}) )*(?:(?:{labels}) ?\w|{blanks})\)")
    numbered = _any(rf"{label.capitalize()} [1-9]|{label}[1-9]" for label in words.generic_labels)
    yield Sign(Flaw.BLANK, re.compile(rf"\b(?:{numbered})(?:\b|(?=(?:{behind})\b))(?![^\[(]{{0,30}}[\])])"))


def _any(choices: Iterable[str]) -> str:
    """A pattern of alternatives; without any it never matches."""
    return "|".join(sorted(choices)) or "(?!)"


def _sign(flaw: Flaw, pattern: str) -> Sign:
    return Sign(flaw, re.compile(pattern, re.IGNORECASE | re.MULTILINE))


_ANYWHERE = (
    _sign(Flaw.LIST, r"^\s*[-•*]\s+\S.{0,30}|\A\s*1[.)]\s+\S.{0,30}|\n\s*\d{1,2}[.)]\s+\S.{0,30}"),
    _sign(Flaw.MARKUP, rf"\*\*[^*\n]+\*\*|```|^#{{1,6}} .{{0,30}}|</?(?:{_HTML})\b[^>]*>|\]\(\w+://|<\|"),
    _sign(Flaw.PLACEHOLDER, r"\[[^\]]{2,40}\]"),
    _sign(Flaw.BLANK, rf"<(?!/?(?:{_HTML})\b)[A-Za-z가-힣][\w' .-]{{0,40}}>|\{{+[^{{}}\n]{{1,40}}\}}+|_{{3,}}"),
    Sign(Flaw.BLANK, re.compile(r"[○〇]{2,}|(?<=[가-힣])O{2,3}(?![A-Za-z])|\bO{2,3}(?= ?[가-힣])")),
)
