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

_THING = r"(?:(?:conversation|dialogue|dialog|chat|candidate|option|assistant)\s*)"
_NAMES = {Choice.FIRST: ("a", "1", "one", "first"), Choice.SECOND: ("b", "2", "two", "second")}
_LABEL = {
    choice: re.compile(
        rf"(?:the\s+)?(?:{_THING}[#(]?)?(?:{'|'.join(names)})\)?(?:\s+{_THING[:-3]})?)?"
        r"(?P<tail>\s*[-–:;(,.].*|\s+(?:is|was|has|wins|because|since|as it)\b.*)?",
        re.IGNORECASE,
    )
    for choice, names in _NAMES.items()
}
_TIE = re.compile(
    r"(?:it(?:'s| is)\s+)?(?:an?\s+)?(?:tie|tied|draw|both|neither|equal|equally|equivalent|same|none|no difference|"
    r"no preference|(?:the\s+)?same|(?:conversations?\s+)?a\s*(?:and|&|/|=|or)\s*b)\b.*",
    re.IGNORECASE,
)
_EVEN = re.compile(r"\b(?:equal|equally|equivalent|same|tie|tied|draw|neither|no better|not better)\b", re.IGNORECASE)
_BOXED = re.compile(r"\[\[\s*(A|B|C|tie)\s*\]\]", re.IGNORECASE)
_MARKED = re.compile(
    r"\b(?:better|winner|answer|choice|verdict|preferred|preference|decision)\b[\"'*_\s]*(?:conversation|one|is|:|=|-)*"
    rf"[\"'*_\s:]*(?:{_THING})?[\"'*_]*(?P<said>\bA\b|\bB\b|\b[Tt]ie\b|\bTIE\b|\b[Nn]either\b|\b[Bb]oth\b)",
    re.IGNORECASE,
)
_IS_BETTER = re.compile(rf"\b{_THING}(?P<said>A|B)\s+(?:is|has|goes|wins|hangs|feels|shows)\b(?P<rest>[^.!?\n]*)")


def read_choice(reply: str, shown: Material, told: str = "") -> Preference:
    """FIRST for conversation A, SECOND for B, TIE, with the reason. Raises Unreadable.

    Read are a JSON object with prose or fences around it, a bare word, `[[A]]`, and a sentence that says plainly which
    one is better. `told`: the instructions, whose examples are no answers.
    """
    if "{" in reply:
        answer = answer_in(reply, shown, KEYS, _choice, told)
        return Preference(_choice(answer), next((text for key in REASONS if (text := text_in(answer.get(key)))), ""))
    text = plain(reply[:LONGEST])
    if not text:
        raise Unreadable("it is empty")
    return Preference(_from_prose(text), text_in(text) if len(text) > len("Conversation A.") else "")


def _choice(answer: Answer) -> Choice:
    value: Any = next(answer[key] for key in KEYS if key in answer)
    if isinstance(value, Sequence) and not isinstance(value, str) and len(value) in (1, 2):
        found = {_word(str(item)) for item in value}
        return Choice.TIE if len(found) > 1 else found.pop()
    if value is None:
        return Choice.TIE
    return _word(str(value))


def _word(value: str) -> Choice:
    """What a bare answer says: `A`, `Conversation B.`, `the first one`, `both`."""
    text = plain(value).strip(" \"'*_`.!()[]<>#")
    if not text:
        raise Unreadable('"better" is empty')
    if _TIE.fullmatch(text):
        return Choice.TIE
    for choice, label in _LABEL.items():
        if (match := label.fullmatch(text)) and not _EVEN.search((match["tail"] or "").partition(".")[0]):
            return choice
    if any(label.fullmatch(text) for label in _LABEL.values()):
        return Choice.TIE
    raise Unreadable(f'"better" has to be "A", "B" or "tie", not {value!r:.40}')


def _from_prose(text: str) -> Choice:
    """What a reply without an object says, if it says one thing."""
    if boxed := [said.group(1).lower() for said in _BOXED.finditer(text)]:
        return {"a": Choice.FIRST, "b": Choice.SECOND}.get(boxed[-1], Choice.TIE)
    if len(text) <= 60:
        try:
            return _word(text)
        except Unreadable:
            pass
    marked = [_word(match["said"]) for match in _MARKED.finditer(text)]
    plainly = [_word(m["said"]) for m in _IS_BETTER.finditer(text) if re.search(r"\b(?:better|more|deeper|best)\b", m["rest"])]
    found = set(marked or plainly)
    if len(found) != 1:
        raise Unreadable("there is no JSON object in it, and it does not say plainly which one is better")
    return found.pop()
