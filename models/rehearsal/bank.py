"""What can be said in a category? Values of its entity, and sentences to put them in."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Any, Final

from .english import shape
from .grammar import article, capital
from .words import profiles, words

_SLOT: Final = re.compile(r"\{(\w+)\}")
_AGAINST: Final = 0.15
"""The share of preferences that are dislikes."""


@dataclass(frozen=True, eq=False)
class Bank:
    """The words of one category."""

    name: str
    values: tuple[str, ...]
    say: tuple[str, ...]
    """Sentences with `{it}` (the value), `{a}` (the same with its article) and further slots."""
    against: tuple[str, ...] = ()
    """The same for somebody who dislikes it."""
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open: bool = False
    """Whether values that the prompt gives as examples fit its sentences."""

    def about(self, key: str, values: tuple[str, ...]) -> "Bank":
        """The same sentences with `{key}` filled in, and for other values where there are any."""
        said, unsaid = (tuple(text.replace("{key}", key) for text in pool) for pool in (self.say, self.against))
        return replace(self, say=said, against=unsaid, values=tuple(dict.fromkeys(values)) or self.values)

    def sentence(self, value: str, chance: Random) -> str:
        """A sentence with the value in it; some are of a dislike."""
        return self.filled(self.template(chance), value, chance)

    def template(self, chance: Random, used: Collection[str] = ()) -> str:
        """A sentence to fill, one that is not used up if there is any."""
        pool = self.against if self.against and chance.random() < _AGAINST else self.say
        return chance.choice([text for text in pool if text not in used] or pool)

    def filled(self, text: str, value: str, chance: Random) -> str:
        """The sentence with its slots filled, beginning with a capital."""
        held = {"it": value, "a": article(value)}
        return capital(_SLOT.sub(lambda found: held.get(found[1]) or chance.choice(self.slots[found[1]]), text))


@cache
def bank(path: str, key: str) -> Bank | None:
    """The category of a path such as `Preference | Food`, else the only one that has this key."""
    name = _by_path().get(_canonical(path)) or _by_key().get(key.strip().casefold(), "")
    return named(name) if name else None


@cache
def named(name: str) -> Bank:
    """The words of a topic of taxonomy.yaml, such as `preferred animal`."""
    return _read(name, profiles()[name])


def names() -> tuple[str, ...]:
    """All 51, in the taxonomy's order."""
    return tuple(_by_path().values())


@cache
def anything(liked: bool) -> Bank:
    """Sentences that fit any key; `liked` where the key is a preference. `{key}` is left to fill."""
    return _read("", words("profile")["preference" if liked else "fact"])


def likes(*texts: str) -> bool:
    """Whether a path or a gloss speaks of what somebody likes."""
    return any(shape("preference").search(text) for text in texts)


def _read(name: str, data: Mapping[str, Any]) -> Bank:
    fixed = ("values", "say", "against", "open")
    slots = {slot: _split(text) for slot, text in {**words("profile")["slots"], **data}.items() if slot not in fixed}
    return Bank(
        name=name,
        values=_split(data["values"]),
        say=tuple(data["say"]),
        against=tuple(data.get("against", ())),
        slots=slots,
        open=data.get("open", False),
    )


def _split(text: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";")) if isinstance(text, str) else tuple(text)


@cache
def _by_path() -> Mapping[str, str]:
    return {_canonical(path): name for rows in words("taxonomy").values() for path, _, name in rows}


@cache
def _by_key() -> Mapping[str, str]:
    keys = [(key, name) for rows in words("taxonomy").values() for _, key, name in rows]
    counts = [key for key, _ in keys]
    return {key: name for key, name in keys if counts.count(key) == 1}


def _canonical(path: str) -> str:
    return "|".join(part.strip().casefold() for part in path.split("|"))
