"""Is it a conversation at all, in spoken words, from the first turn to the last?"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..case import Case
from ..critic import Critic
from ..flaw import Flaw, flaws_in
from ..language import pack
from ..verdict import Finding, Verdict

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
        words, names = pack(case.language), tuple(chair.name for chair in case.chairs)
        before = None
        for index, turn in enumerate(case.turns):
            if turn.seat == before and case.limits.alternating:
                yield Flaw.ALTERNATION, Finding(f"{Flaw.ALTERNATION}: speaks twice in a row", index, turn.seat)
            for flaw, span in flaws_in(turn.text, words, names):
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
