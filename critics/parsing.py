"""What stands in a model's reply? JSON objects and their values: lenient about form, strict about meaning."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

from .material import Material, plain
from .verdict import Finding

LONGEST = 20_000
"""Characters of a reply that are read."""
TEXT = 400
"""Characters of a reason, a finding or an advice that are kept."""
FINDINGS = 20

Answer = Mapping[str, Any]


class Unreadable(ValueError):
    """No verdict can be read; the message says why, in words that help the model to do better."""


def answer_in(
    reply: str, shown: Material, keys: Sequence[str], meaning: Callable[[Answer], object], told: str = ""
) -> Answer:
    """The one object with one of the keys; several are fine while they mean the same. Raises Unreadable.

    Objects that were said in the dialogue, or stand in the instructions that the model was `told`, are no answer.
    """
    every = [(text, answer) for text, whole in objects_in(reply) if (answer := _unwrapped(whole, keys))]
    own = [answer for text, answer in every if plain(text) not in shown.text]
    found = [answer for answer in own if answer not in objects_of(told)]
    if not found:
        raise Unreadable(repeats(bool(own)) if every else _why_not(reply, keys[0]))
    if any(meaning(answer) != meaning(found[-1]) for answer in found[:-1]):
        raise Unreadable("it holds several verdicts that contradict one another")
    return found[-1]


def objects_in(reply: str) -> Iterator[tuple[str, Answer]]:
    """(text, object) of every outermost {...} that can be read, keys in lower case, with prose or fences around them.

    Nothing is looked for inside one that can't be read. Of a reply, `LONGEST` characters are read.
    """
    text = reply[:LONGEST]
    at = text.find("{")
    while at >= 0 and (end := _end(text, at)):
        if (found := _loaded(text[at:end])) is not None:
            yield text[at:end], found
        at = text.find("{", end)


def number_in(value: Any, key: str, low: float, high: float) -> float:
    """From `low` to `high`, also as "4/5", "85 out of 100", "4 (good)", {"score": 4}. Raises Unreadable."""
    given = value
    if isinstance(value, Mapping):
        value = next((item for name, item in value.items() if str(name).lower() in _SCORE_KEYS), None)
    if isinstance(value, str) and (match := _NUMBER.fullmatch(value.strip())):
        whole = match[2] or ("100" if match[3] else None)
        value = float(match[1]) if whole is None or float(whole) == high else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Unreadable(f'"{key}" has to be a number from {low:g} to {high:g}, not {given!r:.40}')
    return float(value)


def findings_in(answer: Answer, shown: Material) -> Iterator[Finding]:
    """The reason first; then each of "findings", with its turn where that is one of the dialogue's."""
    if reason := text_in(answer.get("reason")):
        yield Finding(reason)
    for entry in entries_in(answer, "findings"):
        number, said = (entry.get("turn"), entry.get("text")) if isinstance(entry, Mapping) else (None, entry)
        if text := text_in(said):
            yield Finding(text, index_in(number, shown.turns))


def entries_in(answer: Answer, key: str) -> Sequence[Any]:
    """What is listed under the key; a single entry may stand without its list."""
    listed = answer.get(key)
    if isinstance(listed, Mapping):
        return [listed]
    return listed[:FINDINGS] if isinstance(listed, Sequence) and not isinstance(listed, str) else ()


def advice_in(answer: Answer, shown: Material) -> dict[str, str]:
    """By seat; names that are not in the material are dropped."""
    given = answer.get("advice")
    if not isinstance(given, Mapping):
        return {}
    seats = {name.casefold(): seat for name, seat in shown.seats.items()}
    named = ((seats.get(str(name).strip().casefold()), text_in(text)) for name, text in given.items())
    return {seat: text for seat, text in named if seat and text}


def index_in(number: Any, count: int) -> int | None:
    """The index of what is numbered from 1, also as "[3]" or "turn 3"; None where there is no such number."""
    digits = re.fullmatch(r"\D{0,12}(\d{1,4})\D?", str(number)) if not isinstance(number, bool) else None
    index = int(digits[1]) - 1 if digits else -1
    return index if 0 <= index < count else None


def text_in(value: Any) -> str:
    """One plain line, cut to `TEXT` characters; "" for what is no text."""
    text = plain(value) if isinstance(value, str) else ""
    return text if len(text) <= TEXT else f"{text[: TEXT - 3]}..."


_SCORE_KEYS = frozenset({"score", "value", "rating"})
_NUMBER = re.compile(
    r"\**(-?\d{1,4}(?:\.\d+)?)\**\s*(?:(?:/|out of|of)\s*(\d{1,4})|(%))?\**(?:\s*[-–:(,]\s*[^\W\d].*)?", re.IGNORECASE
)


def _unwrapped(answer: Answer, keys: Sequence[str]) -> Answer | None:
    """The answer, or the one object that is all that it holds, if it has one of the keys."""
    inner = next(iter(answer.values())) if len(answer) == 1 else None
    every = (_lowered(inner), answer) if isinstance(inner, dict) else (answer,)
    return next((found for found in every if any(key in found for key in keys)), None)


@lru_cache(maxsize=64)
def objects_of(told: str) -> tuple[Answer, ...]:
    """The examples in instructions."""
    return tuple(answer for _, answer in objects_in(told))


def repeats(example: bool) -> str:
    """Why a reply that says nothing of its own is no answer."""
    return "it only repeats an example of the instructions" if example else "it only quotes the conversation"


def _why_not(reply: str, key: str) -> str:
    if not reply.strip():
        return "it is empty"
    if "{" not in reply:
        return "there is no JSON object in it"
    if f'"{key}"' in reply or f"'{key}'" in reply:
        return "its JSON is broken or incomplete"
    return f'there is no JSON object with the key "{key}" in it'


def _end(text: str, start: int) -> int | None:
    """Behind the brace that closes the one at `start`; braces in double-quoted strings don't count."""
    depth, quoted = 0, False
    for match in _MARK.finditer(text, start):
        mark = match.group()
        if mark == '"':
            quoted = not quoted
        elif not quoted and mark in "{}":
            depth += 1 if mark == "{" else -1
            if depth == 0:
                return match.end()
    return None


_MARK = re.compile(r'\\.|["{}]', re.DOTALL)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_LITERAL = re.compile(r"\b(true|false|null)\b")
_PYTHON = {"true": "True", "false": "False", "null": "None"}
_CURLY_QUOTES = str.maketrans("“”„", '"""')


def _loaded(text: str) -> Answer | None:
    """As JSON; with trailing commas; as Python writes it, with single quotes and True; with a typographer's quotes."""
    tidy = _TRAILING_COMMA.sub(r"\1", text)
    python = _LITERAL.sub(lambda match: _PYTHON[match.group()], tidy)
    straight = tidy.translate(_CURLY_QUOTES)
    python_first = ((ast.literal_eval, python), (ast.literal_eval, tidy))
    for load, form in ((_json, text), (_json, tidy), *python_first, (_json, straight)):
        with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            value = load(form)
            return _lowered(value) if isinstance(value, dict) else None
    return None


def _lowered(value: Mapping[Any, Any]) -> Answer:
    return {str(key).strip().lower(): item for key, item in value.items()}


def _json(text: str) -> Any:
    return json.loads(text, strict=False)
