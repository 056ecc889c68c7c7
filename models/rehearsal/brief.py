"""Who am I, and where? What a speaker's system message says, read as a language model would read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from .fact import Fact, fact

TRAITS: Final = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")

_YOU: Final = "# You\n"
_NAME: Final = re.compile(r"You are ([^\n.!?]{1,60}?)[.!?](?:\s|$)")
_PROFILE: Final = re.compile(r"^What is true of you[^\n]*:\n((?:[ \t]*- [^\n]*(?:\n|$))+)", re.M)
_BULLET: Final = re.compile(r"^[ \t]*- (.+?)[ \t]*$", re.M)
_TRAIT: Final = re.compile(r"\b(" + "|".join(TRAITS) + r") ([+-]?\d)", re.I)
_TALKING: Final = re.compile(r"^Your way of talking: ([^\n]+?)\.?$", re.M)
_FOCUS: Final = re.compile(r"^What to let come up in this conversation[^:\n]*: ([^\n]+?)[ \t]*$", re.M)
_STYLE: Final = re.compile(r"^- Language: [^\n]*?\. Style: ([^\n]+?)\.?$", re.M)
_OTHERS: Final = re.compile(r"^# Who else is there\n((?:[ \t]*- [^\n]*(?:\n|$))+)", re.M)
_OTHER: Final = re.compile(r"^[ \t]*- ([^:\n]+?)(?::.*)?$", re.M)
_SETTING: Final = re.compile(r"^# Setting\n(.+?)(?=\n\n?# |\Z)", re.M | re.S)

_STYLED: Final = {
    "talkative": 2,
    "chatty": 2,
    "lively": 1,
    "terse": -2,
    "brief": -2,
    "laconic": -3,
    "shy": -2,
    "quiet": -2,
}


@dataclass(frozen=True, slots=True, eq=False)
class Brief:
    """A speaker as its prompt has it: name, facts, nature, manner, company, place."""

    name: str = ""
    facts: tuple[Fact, ...] = ()
    nature: Mapping[str, int] = field(default_factory=dict)
    styles: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    """The words of the setting, in small letters."""
    focus: Fact | None = None
    """What it has been asked to let come up."""
    told_by: Mapping[str, int] = field(default_factory=dict)
    """Normalised telling, or the sentence itself -> index of the fact it gives away."""

    def level(self, trait: str) -> int:
        return self.nature.get(trait, 0)


@lru_cache(maxsize=4096)
def brief(prompt: str) -> Brief:
    """Read a system message. One without a `# You` section gives somebody with nothing to tell."""
    start = prompt.rfind(_YOU)
    you = prompt[start:] if start >= 0 else ""
    name = _NAME.search(you)
    manner, focus = _TALKING.search(you), _FOCUS.search(you)
    others = _OTHERS.search(you)
    return person(
        name=name[1].strip() if name else "",
        sentences=_bullets(_PROFILE.search(you)),
        traits=you,
        manner=manner[1] if manner else style_of(prompt),
        others=tuple(_OTHER.findall(others[1])) if others else (),
        setting=setting_of(prompt),
        focus=focus[1] if focus else "",
    )


def person(
    name: str,
    sentences: tuple[str, ...] = (),
    traits: str = "",
    manner: str = "",
    others: tuple[str, ...] = (),
    setting: str = "",
    focus: str = "",
) -> Brief:
    """A speaker from its pieces; `traits` is any text with `openness 3, ...` in it, `focus` one of the sentences."""
    facts = tuple(fact(sentence) for sentence in dict.fromkeys(sentences))
    told_by = {way: index for index, known in enumerate(facts) for way in known.ways}
    styles = frozenset(style.strip().lower() for style in manner.split(",") if style.strip())
    nature = {found[1].lower(): int(found[2]) for found in _TRAIT.finditer(traits)}
    nature["extraversion"] = nature.get("extraversion", 0) + sum(_STYLED.get(style, 0) for style in styles)
    return Brief(
        name=name,
        facts=facts,
        nature=nature,
        styles=styles,
        others=others,
        setting=tuple(re.findall(r"\w+", setting.lower())),
        focus=next((known for known in facts if known.sentence == fact(focus).sentence), None) if focus else None,
        told_by=told_by,
    )


def _bullets(section: re.Match[str] | None) -> tuple[str, ...]:
    return tuple(_BULLET.findall(section[1])) if section else ()


def style_of(prompt: str) -> str:
    """How everybody is asked to talk, from the instructions."""
    found = _STYLE.search(prompt)
    return found[1] if found else ""


def setting_of(prompt: str) -> str:
    """Where the talk takes place, from the instructions."""
    found = _SETTING.search(prompt)
    return found[1] if found else ""
