"""Does a speaker contradict its profile? A language model says which sentence, and where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar

from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ChatCompletionClient
from pydantic import Field

from ..agent import bound, consult
from ..case import Case, Sees
from ..critic import Critic
from ..material import Material, material, plain
from ..parsing import Answer, Unreadable, answer_in, entries_in, index_in, text_in
from ..prompt import fingerprint, render
from ..verdict import Abstention, Finding, Verdict, Why

KEYS = ("contradictions", "verdict")
FAITHFUL = frozenset({"faithful", "consistent", "no contradiction", "no contradictions"})
UNFAITHFUL = frozenset({"unfaithful", "not faithful", "inconsistent", "contradiction", "contradictory", "contradicted"})


@dataclass(frozen=True)
class Faithfulness(Critic):
    """No speaker contradicts its profile, not even by implication: a language model looks, sentence by sentence.

    One of the two filters of Synthetic-Persona-Chat (Jandaghi et al. 2023), with few-shot examples and explanations of
    our own. One call a seat, with that seat's profile alone; what was said stands between fences that no speaker can
    forge. A contradiction has to name a sentence of the profile and a turn of its speaker. The score is the share of
    profile sentences that are not contradicted.
    """

    allowed: Annotated[int, Field(ge=0)] = 0
    """How many sentences of its profile a speaker may contradict."""
    chat: ChatCompletionClient | None = None

    needs: ClassVar[tuple[str, ...]] = ("chat",)
    sees: ClassVar[Sees] = Sees.OWN_PERSONAS
    calls: ClassVar[int] = 1

    @property
    def fingerprint(self) -> str:
        """What a panel's fingerprint has to know beside the options."""
        return fingerprint()

    async def review(self, case: Case) -> Verdict | Abstention:
        assert self.chat is not None
        if not case.own.sentences:
            return Abstention(Why.NOT_APPLICABLE, f"{case.own.seat} has no profile")
        if not case.said_by(case.own.seat):
            return Abstention(Why.NOT_APPLICABLE, f"{case.own.seat} says nothing")
        name, told = f"faithfulness:{case.own.seat}", render("faithfulness")
        shown = material(case, name)
        agent = AssistantAgent("judge", bound(self.chat, case, name), system_message=told)
        read, again = partial(read_contradictions, case=case, told=told), partial(render, "faithfulness-again")
        found = await consult(agent, shown, _question(case, shown), read, again)
        return found if isinstance(found, Abstention) else self._verdict(case, found)

    def _verdict(self, case: Case, found: tuple[Finding, ...]) -> Verdict:
        contradicted = {finding.sentence for finding in found}
        score = round(1.0 - len(contradicted) / len(set(case.own.sentences)), 4)
        if len(contradicted) <= self.allowed:
            return Verdict(True, score, found)
        return Verdict(False, score, found, {case.own.seat: _advice(found)})


def _question(case: Case, shown: Material) -> str:
    name = next(label for label, seat in shown.seats.items() if seat == case.own.seat)
    turns = [index + 1 for index, _ in case.said_by(case.own.seat)]
    sentences = [plain(sentence) for sentence in case.own.sentences]
    return render("faithfulness-question", name=name, sentences=sentences, turns=turns, material=shown.text)


def read_contradictions(reply: str, shown: Material, case: Case, told: str = "") -> tuple[Finding, ...]:
    """What of the profile a reply finds contradicted, and where; () for a faithful speaker. Raises Unreadable.

    An entry that names no sentence of the profile, or no turn of its speaker, is dropped; where none is left of what
    is said to be unfaithful, or the list and the verdict contradict one another, the reply can't be read.
    """
    answer = answer_in(reply, shown, KEYS, partial(_meaning, case=case), told)
    entries = list(_entries(answer))
    found = tuple(finding for entry in entries if (finding := _finding(entry, case)))
    faithful = _is_faithful(answer, bool(entries))
    if faithful and entries:
        raise Unreadable('"verdict" is faithful, and "contradictions" has an entry')
    if not faithful and not found:
        named = f"no profile sentence of 1 to {len(case.own.sentences)} with a turn of the same speaker"
        raise Unreadable(f'"verdict" is unfaithful, and "contradictions" names {named}')
    return found


def _meaning(answer: Answer, case: Case) -> object:
    return frozenset(finding.sentence for entry in _entries(answer) if (finding := _finding(entry, case)))


def _is_faithful(answer: Answer, listed: bool) -> bool:
    """As the verdict says, or where there is none, as the list does."""
    if "verdict" not in answer:
        return not listed
    word = str(answer["verdict"]).strip(" .!*_").lower()
    if word not in FAITHFUL | UNFAITHFUL:
        raise Unreadable(f'"verdict" has to be "faithful" or "unfaithful", not {answer["verdict"]!r:.40}')
    return word in FAITHFUL


def _entries(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """What is listed; an entry may be a sentence such as "Sentence 2, turn 5: he has a dog"."""
    for entry in entries_in(answer, "contradictions"):
        if isinstance(entry, Mapping) and any(value not in (None, "", []) for value in entry.values()):
            yield {str(key).strip().lower(): value for key, value in entry.items()}
        elif isinstance(entry, str) and not entry.strip().lower().startswith(_NOTHING):
            numbers = {name: match[1] for name, pattern in _NUMBERED if (match := pattern.search(entry))}
            yield {**numbers, "why": entry}


_NOTHING = ("none", "n/a", "no contradiction")
_NUMBERED = tuple((name, re.compile(rf"{name}\D{{0,3}}(\d{{1,4}})", re.IGNORECASE)) for name in ("sentence", "turn"))


def _finding(entry: Mapping[str, Any], case: Case) -> Finding | None:
    sentence = _sentence(entry.get("sentence"), case.own.sentences)
    turn = entry.get("turn")
    index = index_in(turn[0] if isinstance(turn, list) and turn else turn, len(case.turns))
    if sentence is None or index is None or case.turns[index].seat != case.own.seat:
        return None
    why = text_in(entry.get("why", entry.get("explanation", entry.get("reason"))))
    text = f"contradicts the profile sentence {sentence!r}" + (f": {why}" if why else "")
    return Finding(text, index, case.own.seat, sentence, case.turns[index].text)


def _sentence(given: Any, sentences: tuple[str, ...]) -> str | None:
    """By its number, or in its own words."""
    if (index := index_in(given, len(sentences))) is not None:
        return sentences[index]
    words = plain(given).casefold() if isinstance(given, str) else ""
    return next((sentence for sentence in sentences if plain(sentence).casefold() in words), None) if words else None


def _advice(found: tuple[Finding, ...]) -> str:
    """Its own profile, and what it said."""
    clashes = " ".join(f'"{finding.sentence}" (you said: "{text_in(finding.span)}")' for finding in found)
    return f"You contradicted your profile. Say nothing that goes against these sentences of it: {clashes}"
