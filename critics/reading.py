"""Which verdict did a model give? Approval with a score, or a form that is filled in."""

import re
from collections.abc import Mapping
from typing import Any

from .form import Form, Grades, key_of
from .material import Material, plain
from .parsing import LONGEST, Answer, Unreadable, advice_in, answer_in, entries_in, findings_in, number_in
from .verdict import Verdict

LOWEST, HIGHEST = 1, 5

YES = frozenset({"yes", "true", "approve", "approved", "accept", "accepted", "pass"})
NO = frozenset({"no", "false", "reject", "rejected", "disapprove", "disapproved", "fail"})


def read_verdict(reply: str, shown: Material, told: str = "") -> Verdict:
    """The verdict in a reply, with or without prose or fences around its JSON. Raises Unreadable.

    Scores of 1 to 5 become 0 to 1. Turn numbers and names that are not in the material are dropped, not their text.
    `told`: the instructions, whose examples are no answers.
    """
    answer = answer_in(reply, shown, ("approve", "verdict"), _approval, told)
    approve = _approval(answer)
    if "score" not in answer:
        raise Unreadable('"score" is missing')
    score = number_in(answer["score"], "score", LOWEST, HIGHEST)
    if (approve and score <= 2) or (not approve and score >= 4):
        raise Unreadable(f'"approve": {str(approve).lower()} and "score": {score:g} contradict one another')
    value = round((score - LOWEST) / (HIGHEST - LOWEST), 4)
    return Verdict(approve, value, tuple(findings_in(answer, shown)), {} if approve else advice_in(answer, shown))


def _approval(answer: Answer) -> bool:
    value = answer.get("approve", answer.get("verdict"))
    if isinstance(value, bool):
        return value
    word = str(value).strip(" .!").lower()
    if word in YES or word in NO:
        return word in YES
    raise Unreadable(f'"approve" has to be true or false, not {value!r:.40}')


def read_grades(reply: str, shown: Material, form: Form, told: str = "") -> Grades:
    """The form as a reply fills it in: a JSON object, or where there is none, lines such as `- Grammar: 4/5`.

    Raises Unreadable where a dimension is missing or off the scale.
    """
    if "{" not in reply and (lines := _labelled(reply, shown, form)):
        return Grades(_scores(lines, form))
    keys = ("score", *map(str.lower, form.dimensions)) if form.only else ("scores", *map(str.lower, form.dimensions))
    answer = answer_in(reply, shown, keys, lambda answer: _scores(answer, form), told)
    return Grades(_scores(answer, form), tuple(findings_in(answer, shown)), advice_in(answer, shown))


def _scores(answer: Answer, form: Form) -> dict[str, float]:
    """By dimension: under "scores", as an object or a list of objects, or beside the reason."""
    given = {key_of(name): value for name, value in {**answer, **_nested(answer)}.items()}
    if form.only and "score" in given:
        given[key_of(form.only)] = given["score"]
    missing = [name for name in form.dimensions if key_of(name) not in given]
    if missing:
        raise Unreadable(f"there is no score for {', '.join(map(repr, missing))}")
    scores = {name: number_in(given[key_of(name)], name, form.low, form.high) for name in form.dimensions}
    if form.high >= _FRACTIONS and any(0 < score < 1 for score in scores.values()):
        raise Unreadable(f"scores are whole numbers from {form.low} to {form.high}, no fractions")
    return scores


_FRACTIONS = 10
"""On a scale to here or more, 0.8 is more likely a share than a score."""


def _nested(answer: Answer) -> Mapping[str, Any]:
    if isinstance(listed := answer.get("scores"), Mapping):
        return listed
    rows = [row for row in entries_in(answer, "scores") if isinstance(row, Mapping)]
    return {str(row.get("dimension", row.get("name"))): row for row in rows}


def _labelled(reply: str, shown: Material, form: Form) -> dict[str, str]:
    """What stands behind a dimension's name in lines of its own, those of the conversation left out."""
    names = {key_of(name) for name in ("score", *form.dimensions)}
    lines = [line for line in reply[:LONGEST].splitlines() if plain(line) not in shown.text]
    rows = [(key_of(match[1]), match[2]) for line in lines if (match := _LINE.fullmatch(line.strip()))]
    found: dict[str, str] = {}
    for name, value in rows:
        if name in names and found.setdefault(name, value) != value:
            raise Unreadable("it holds several verdicts that contradict one another")
    return found


_LINE = re.compile(r"(?:[-*•#>]+|\(?\d{1,2}[.)])?[\s*_]*([^\W\d][\w \-]{0,40}?)[\s*_]*(?:[:=]|\s[-–])[\s*_]*(\d.*)")
