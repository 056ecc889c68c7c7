"""Is it a conversation at all, in spoken words, from the first turn to the last?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from .case import Case
from .critic import Critic
from .language import Pack, pack
from .verdict import Finding, Verdict


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


ADVICE = {
    Flaw.TURNS: "Keep the conversation going as long as it should be, and no longer.",
    Flaw.ALTERNATION: "Say what you have to say in one turn, then let someone else speak.",
    Flaw.EMPTY: "Say something in every turn.",
    Flaw.LIST: "Speak in sentences, never in lists.",
    Flaw.MARKUP: "Write plain spoken words, without any markup.",
    Flaw.LABEL: "Write only what you say, without a name before it, and never what others say.",
    Flaw.STAGE_DIRECTION: "Write only what you say, never what you do or how you look.",
    Flaw.PLACEHOLDER: "Never leave something in brackets to be filled in: leave it out, or say something else.",
    Flaw.BLANK: "Never leave a blank to be filled in, and never call anyone by a number: leave it out.",
}


@dataclass(frozen=True)
class Structure(Critic):
    """The turns are as many as asked for, alternate, and hold spoken words alone.

    Nothing that generators leave behind: list debris, markup, name labels, stage directions, placeholders such as
    `[user 1's name]` (in a third of Synthetic-Persona-Chat). The score is the share of turns without a flaw, and 0 when
    their number is wrong.
    """

    turns: bool = True
    """Whether to check the number of turns against the stage's limits."""
    alternation: bool = True
    """Whether to check that no one speaks twice in a row, where the stage's order rules it out."""
    empty: bool = True
    """Whether to reject turns without a word."""
    lists: bool = True
    """Whether to reject lines that begin like an item of a list."""
    markup: bool = True
    """Whether to reject Markdown and HTML."""
    labels: bool = True
    """Whether to reject lines that begin with a speaker's name and a colon."""
    stage_directions: bool = True
    """Whether to reject *smiles*, (laughs), [they leave]."""
    placeholders: bool = True
    """Whether to reject [name]: 2 to 40 characters in square brackets."""
    blanks: bool = True
    """Whether to reject (name), <name>, {name}, ____ and names such as User 1."""

    async def review(self, case: Case) -> Verdict:
        findings = tuple(finding for flaw, finding in self._found(case) if self._checks(flaw))
        if not findings:
            return _CLEAN
        whole = any(finding.turn is None for finding in findings)
        bad = len({finding.turn for finding in findings})
        score = 0.0 if whole else 1.0 - bad / len(case.turns)
        return Verdict(False, score, findings, _advice(case, findings))

    def _checks(self, flaw: Flaw) -> bool:
        return bool(getattr(self, _SWITCH[flaw]))

    def _found(self, case: Case) -> Iterator[tuple[Flaw, Finding]]:
        if text := _length(case):
            yield Flaw.TURNS, Finding(f"{Flaw.TURNS}: {text}")
        before, flaws = None, _flaws(case)
        for index, turn in enumerate(case.turns):
            if turn.seat == before and case.limits.alternating:
                yield Flaw.ALTERNATION, Finding(f"{Flaw.ALTERNATION}: speaks twice in a row", index, turn.seat)
            for flaw, span in flaws.of(turn.text):
                text = f"{flaw}: {span!r}" if span else f"{flaw}: says nothing"
                yield flaw, Finding(text, index, turn.seat, span=span or None)
            before = turn.seat


_CLEAN = Verdict(approve=True, score=1.0)

_SWITCH = {
    Flaw.TURNS: "turns",
    Flaw.ALTERNATION: "alternation",
    Flaw.EMPTY: "empty",
    Flaw.LIST: "lists",
    Flaw.MARKUP: "markup",
    Flaw.LABEL: "labels",
    Flaw.STAGE_DIRECTION: "stage_directions",
    Flaw.PLACEHOLDER: "placeholders",
    Flaw.BLANK: "blanks",
}


def _length(case: Case) -> str:
    turns, least, most = len(case.turns), case.limits.least, case.limits.most
    if not turns:
        return "nothing is said"
    if least is not None and turns < least:
        return f"{turns}, at least {least} were asked for"
    if most is not None and turns > most:
        return f"{turns}, at most {most} were asked for"
    return ""


def _advice(case: Case, findings: tuple[Finding, ...]) -> dict[str, str]:
    """By seat: a fixed sentence for each of its flaws; all seats hear of a wrong number of turns."""
    heard: dict[str, dict[str, None]] = {}
    for finding in findings:
        sentence = ADVICE[Flaw(finding.text.partition(":")[0])]
        for seat in [finding.seat] if finding.seat else [chair.seat for chair in case.chairs]:
            heard.setdefault(seat, {})[sentence] = None
    return {seat: " ".join(sentences) for seat, sentences in heard.items()}


class _Sign(NamedTuple):
    flaw: Flaw
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class _Flaws:
    """The signs of each flaw in one language, with the names at the table."""

    signs: tuple[_Sign, ...]

    def of(self, text: str) -> Iterator[tuple[Flaw, str]]:
        """(flaw, words) of a turn; most turns have nothing suspicious and cost one search."""
        if not any(map(str.isalnum, text)):
            yield Flaw.EMPTY, ""
        if _SUSPECT.search(text):
            for flaw, pattern in self.signs:
                for match in pattern.finditer(text):
                    yield flaw, match.group().strip()


def _flaws(case: Case) -> _Flaws:
    code = case.language.partition("-")[0]
    return _signs(pack(code), tuple(chair.name for chair in case.chairs))


@lru_cache(maxsize=256)
def _signs(words: Pack | None, names: tuple[str, ...]) -> _Flaws:
    """Without words of the language, only the signs that need none."""
    people = "|".join(re.escape(name) for name in names if name)
    labels = "|".join(
        filter(None, [people, *(rf"{label}(?: ?\d| [a-z])?" for label in sorted(words.labels if words else ()))])
    )
    signs = [*_ANYWHERE]
    if labels:
        signs.append(_sign(Flaw.LABEL, rf"^\W{{0,3}}(?:{labels})\W{{0,2}}:(?=\s|\*)"))
    if words:
        signs += _english(words, people)
    return _Flaws(tuple(signs))


def _english(words: Pack, people: str) -> list[_Sign]:
    cues = words.stage_cues.pattern.removeprefix(r"\b").removesuffix(r"\b")
    labels, blanks = "|".join(sorted(words.generic_labels)), "|".join(sorted(words.blanks))
    acts = "|".join(filter(None, [rf"(?:\w+ ){{0,2}}{cues}", rf"(?:{people}) (?!(?:{blanks})\b)\w+" if people else ""]))
    filler = rf"(?:{labels}) ?\w(?:'s)?|your|my|the|their|insert|{blanks}"
    numbered = "|".join(rf"{label.capitalize()} [1-9]|{label}[1-9]" for label in sorted(words.generic_labels))
    return [
        _sign(Flaw.STAGE_DIRECTION, rf"(?<![*\w])\*(?:(?:{acts})\b[^*\n]{{0,80}}|(?:[^\s*]+ ){{3,}}[^\s*]+)\*(?!\*)"),
        _sign(Flaw.STAGE_DIRECTION, rf"[(\[](?:{acts})\b[^)\]\n]{{0,80}}[)\]]"),
        _sign(Flaw.BLANK, rf"\((?:(?:{filler}) )*(?:(?:{labels}) ?\w|{blanks})\)"),
        _Sign(Flaw.BLANK, re.compile(rf"\b(?:{numbered})\b(?![^\[(]{{0,30}}[\])])")),
    ]


def _sign(flaw: Flaw, pattern: str) -> _Sign:
    return _Sign(flaw, re.compile(pattern, re.IGNORECASE | re.MULTILINE))


_SUSPECT = re.compile(r"[\[(<{*_#`:•\n\d]|^\s*-")
"""What every sign needs."""
_HTML = "b|i|u|p|em|br|hr|div|span|strong|code|ul|ol|li|h[1-6]"
_ANYWHERE = (
    _sign(Flaw.LIST, r"^\s*[-•*]\s+\S.{0,30}|\A\s*1[.)]\s+\S.{0,30}|\n\s*\d{1,2}[.)]\s+\S.{0,30}"),
    _sign(Flaw.MARKUP, rf"\*\*[^*\n]+\*\*|```|^#{{1,6}} .{{0,30}}|</?(?:{_HTML})\b[^>]*>|\]\(\w+://|<\|"),
    _sign(Flaw.PLACEHOLDER, r"\[[^\]]{2,40}\]"),
    _sign(Flaw.BLANK, rf"<(?!/?(?:{_HTML})\b)[A-Za-z][\w' .-]{{0,40}}>|\{{+[^{{}}\n]{{1,40}}\}}+|_{{3,}}"),
)
