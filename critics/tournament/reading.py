"""Which of two conversations did a model prefer? Lenient about form, strict about meaning."""

import re
from collections.abc import Sequence
from typing import Any

from ..material import Material, plain
from ..parsing import LONGEST, Answer, Unreadable, answer_in, text_in
from ..verdict import Choice, Preference

KEYS = (
    "better", "winner", "choice", "preferred", "preference", "answer", "verdict", "best", "better_conversation",
)  # fmt: skip
REASONS = ("reason", "reasoning", "explanation", "why", "rationale")
MARKS = " \"'*_`.!()[]<>#"
"""Around a bare word."""
SHORT = 60
"""Characters of a reply without an object that may be an answer as a whole."""

_THING = r"(?:conversation|dialogue|dialog|chat|candidate|option|assistant)"
_BECAUSE = r"(?P<rest>\s*[-–:;(,.].*|\s+(?:is|was|has|wins|because|since|as it)\b.*)?"
_LABELS = {
    choice: re.compile(
        rf"(?:the\s+)?(?:{_THING}\s*[#(]?\s*)?(?:{names})\)?(?:\s+(?:{_THING}|one))?{_BECAUSE}", re.IGNORECASE
    )
    for choice, names in ((Choice.FIRST, "a|1|one|first"), (Choice.SECOND, "b|2|two|second"))
}
_TIE = re.compile(
    r"(?:it(?:'s| is)\s+|(?:they|both) are\s+)?(?:an?\s+)?"
    r"(?:(?:the\s+)?same|ties?|tied|draw|both|neither|equal|equally|equivalent|none|"
    r"no (?:difference|preference|winner)|a and b|a & b|a\s*[/=]\s*b$)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_EVEN = re.compile(r"\b(?:equal|equally|equivalent|same|tie|tied|draw|(?:no|not|neither) (?:\w+ )?better)\b", re.I)
_BUT = re.compile(r"\b(?:but|however|although|though|slight|slightly)\b", re.IGNORECASE)
_BOXED = re.compile(r"\[\[\s*(A|B|C|tie)\s*\]\]", re.IGNORECASE)
_SAID = (
    r"[\"'*_(\s]*(?i:(?:the|conversation|dialogue)\s+)*[\"'*_(]*"
    r"(?P<said>A\b|B\b|(?i:(?:an?\s+)?(?:tie|draw)\b)|(?i:neither|both)\b)"
    r"(?![\"'*_]*\s*(?:,|/|\||or\b)\s*(?:or\b\s*)?[\"'*_]*(?:A|B|(?i:tie))\b)"
)
_MARKED = re.compile(
    r"(?i:\b(?:better|winner|answer|choice|verdict|preferred|preference|decision)\b)"
    r"[\"'*_\s]*(?i:(?:conversation|dialogue|one)\b)?[\"'*_\s]*(?i::|=|-|is\b)?" + _SAID
)
_IS_BETTER = re.compile(
    r"(?i:\b(?:conversation|dialogue)\s+)\**(?P<said>A|B)\b\**\s+(?:is|has|goes|hangs|feels|shows|was)\b(?P<rest>[^.!?]*)"
)
_MORE = re.compile(r"\b(?:better|more|deeper|best)\b", re.IGNORECASE)


def read_choice(reply: str, shown: Material, told: str = "") -> Preference:
    """FIRST for conversation A, SECOND for B, or TIE, with the reason. Raises Unreadable.

    Read are a JSON object with prose or fences around it, a bare word, `[[A]]`, and a sentence that says plainly which
    one is better. `told`: the instructions, whose examples are no answers.
    """
    if "{" in reply:
        answer = answer_in(reply, shown, KEYS, _choice, told)
        return Preference(_choice(answer), next((text for key in REASONS if (text := text_in(answer.get(key)))), ""))
    text = plain(reply[:LONGEST])
    if not text:
        raise Unreadable("it is empty")
    return Preference(_from_prose(text), text_in(text) if " " in text else "")


def _choice(answer: Answer) -> Choice:
    value: Any = next(answer[key] for key in KEYS if key in answer)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) in (1, 2):
        found = {_word(str(item)) for item in value}
        return Choice.TIE if len(found) > 1 else found.pop()
    return Choice.TIE if value is None else _word(str(value))


def _word(value: str) -> Choice:
    """What a bare answer says: `A`, `Conversation B.`, `the first one`, `both`. Raises Unreadable."""
    text = plain(value).strip(MARKS)
    if (tie := _TIE.fullmatch(text)) and not _BUT.search(tie["rest"]):
        return Choice.TIE
    for choice, label in _LABELS.items():
        if (match := label.fullmatch(text)) and not _on_the_other(choice, rest := match["rest"] or ""):
            return Choice.TIE if _EVEN.search(rest.partition(".")[0]) else choice
    raise Unreadable(f'"better" has to be "A", "B" or "tie", not {value!r:.40}')


def _on_the_other(choice: Choice, rest: str) -> bool:
    """Whether what follows a label speaks of the other conversation too, and not to compare."""
    other = "B" if choice is Choice.FIRST else "A"
    return bool(re.search(rf"(?<!than )(?<!than conversation )(?<!to )(?<!as )\b{other}\b", rest))


def _from_prose(text: str) -> Choice:
    """What a reply without an object says, if it says one thing. Raises Unreadable."""
    boxed = [said[1].lower() for said in _BOXED.finditer(text)]
    if boxed:
        return {"a": Choice.FIRST, "b": Choice.SECOND}.get(boxed[-1], Choice.TIE)
    bare = text.strip(MARKS)
    if len(text) <= SHORT and (_TIE.match(bare) or any(_bare(label, bare) for label in _LABELS.values())):
        return _word(bare)
    said = [match["said"] for match in _MARKED.finditer(text)]
    said = said or [match["said"] for match in _IS_BETTER.finditer(text) if _MORE.search(match["rest"])]
    found = {_word(word) for word in said}
    if len(found) != 1:
        raise Unreadable("there is no JSON object in it, and it does not say plainly which one is better")
    return found.pop()


def _bare(label: re.Pattern[str], text: str) -> bool:
    """Whether the text is a label with nothing behind it."""
    match = label.fullmatch(text)
    return bool(match and not match["rest"])
