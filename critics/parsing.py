"""What did a model answer that was asked for a verdict? Lenient about form, strict about meaning."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from .material import Material, plain
from .verdict import Finding, Verdict

LOWEST, HIGHEST = 1, 5
LONGEST = 20_000
"""Characters of a reply that are read."""
TEXT = 400
"""Characters of a reason, a finding or an advice that are kept."""
FINDINGS = 20

YES = frozenset({"yes", "true", "approve", "approved", "accept", "accepted", "pass"})
NO = frozenset({"no", "false", "reject", "rejected", "disapprove", "disapproved", "fail"})


class Unreadable(ValueError):
    """No verdict can be read; the message says why, in words that help the model to do better."""


def read_verdict(reply: str, shown: Material) -> Verdict:
    """The verdict in a reply, with or without prose or fences around its JSON. Raises Unreadable.

    Scores of 1 to 5 become 0 to 1. Turn numbers and names that are not in the material are dropped, not their text.
    """
    answer = _answer(reply, shown)
    approve, score = _approval(answer), _score(answer)
    if (approve and score <= 2) or (not approve and score >= 4):
        raise Unreadable(f'"approve": {str(approve).lower()} and "score": {score:g} contradict one another')
    findings = tuple(_findings(answer, shown))
    value = round((score - LOWEST) / (HIGHEST - LOWEST), 4)
    return Verdict(approve, value, findings, {} if approve else _advice(answer, shown))


def _answer(reply: str, shown: Material) -> Mapping[str, Any]:
    """The one object that is a verdict. Several are fine while they agree; what was said in the dialogue is none."""
    every = [(text, answer) for text, answer in _objects(reply[:LONGEST]) if answer.keys() & {"approve", "verdict"}]
    found = [answer for text, answer in every if plain(text) not in shown.text]
    if not found:
        raise Unreadable("it only quotes the conversation" if every else _why_not(reply))
    if len({_approval(answer) for answer in found}) > 1:
        raise Unreadable("it holds several verdicts that contradict one another")
    return found[-1]


def _why_not(reply: str) -> str:
    if not reply.strip():
        return "it is empty"
    if "{" not in reply:
        return "there is no JSON object in it"
    if '"approve"' in reply or "'approve'" in reply:
        return "its JSON is broken or incomplete"
    return 'there is no JSON object with the key "approve" in it'


def _objects(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(text, object) of every outermost {...} that can be read. Nothing is looked for inside one that can't."""
    at = text.find("{")
    while at >= 0 and (end := _end(text, at)):
        if (found := _loaded(text[at:end])) is not None:
            yield text[at:end], found
        at = text.find("{", end)


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


def _loaded(text: str) -> Mapping[str, Any] | None:
    """As JSON; with trailing commas; or as Python writes it, with single quotes and True."""
    tidy = _TRAILING_COMMA.sub(r"\1", text)
    python = _LITERAL.sub(lambda match: _PYTHON[match.group()], tidy)
    for load, form in ((_json, text), (_json, tidy), (ast.literal_eval, python), (ast.literal_eval, tidy)):
        with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            value = load(form)
            return {str(key).strip().lower(): item for key, item in value.items()} if isinstance(value, dict) else None
    return None


def _json(text: str) -> Any:
    return json.loads(text, strict=False)


def _approval(answer: Mapping[str, Any]) -> bool:
    value = answer.get("approve", answer.get("verdict"))
    if isinstance(value, bool):
        return value
    word = str(value).strip(" .!").lower()
    if word in YES or word in NO:
        return word in YES
    raise Unreadable(f'"approve" has to be true or false, not {value!r:.40}')


def _score(answer: Mapping[str, Any]) -> float:
    """From 1 to 5, also as "4/5" or "4 out of 5"."""
    if "score" not in answer:
        raise Unreadable('"score" is missing')
    value = answer["score"]
    if isinstance(value, str) and (match := _SCORE.fullmatch(value.strip())):
        value = float(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or not LOWEST <= value <= HIGHEST:
        raise Unreadable(f'"score" has to be a number from {LOWEST} to {HIGHEST}, not {value!r:.40}')
    return float(value)


_SCORE = re.compile(rf"(\d(?:\.\d+)?)(?:\s*(?:/|out of|of)\s*{HIGHEST})?", re.IGNORECASE)


def _findings(answer: Mapping[str, Any], shown: Material) -> Iterator[Finding]:
    """The reason first."""
    if reason := _text(answer.get("reason")):
        yield Finding(reason)
    listed = answer.get("findings")
    for entry in listed[:FINDINGS] if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
        number, said = (entry.get("turn"), entry.get("text")) if isinstance(entry, Mapping) else (None, entry)
        if text := _text(said):
            yield Finding(text, _turn(number, shown))


def _turn(number: Any, shown: Material) -> int | None:
    """The index of a turn that is numbered from 1."""
    digits = re.fullmatch(r"\D{0,10}(\d{1,4})\D?", str(number)) if not isinstance(number, bool) else None
    index = int(digits[1]) - 1 if digits else -1
    return index if 0 <= index < shown.turns else None


def _advice(answer: Mapping[str, Any], shown: Material) -> dict[str, str]:
    given = answer.get("advice")
    if not isinstance(given, Mapping):
        return {}
    seats = {name.casefold(): seat for name, seat in shown.seats.items()}
    named = ((seats.get(str(name).strip().casefold()), _text(text)) for name, text in given.items())
    return {seat: text for seat, text in named if seat and text}


def _text(value: Any) -> str:
    text = plain(value) if isinstance(value, str) else ""
    return text if len(text) <= TEXT else f"{text[: TEXT - 3]}..."
