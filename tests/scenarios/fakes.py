"""Models, critics and a scenario file for the tests of whole runs; child processes import it too."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tertulia.agents import Turn
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.formats import export
from tertulia.critics import Abstention, Finding, Verdict, Why
from tertulia.critics.case import Case
from tertulia.critics.critic import Neighbours
from tertulia.models.errors import ReplyRefused
from tertulia.models.request import Events, Kind, Request, Task, unwatched
from tertulia.models.stream import stream
from tertulia.scenarios.loading import load
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate

NOUNS = ("anchor", "basket", "candle", "dormouse", "easel", "ferry", "gravel", "hammock", "island", "jigsaw", "kettle")
VERBS = ("mend", "paint", "borrow", "carry", "collect", "draw", "find", "keep", "leave", "move", "sell")
OPENERS = ("Hello there", "Hello you", "Hey", "Look here", "So then")
FLAW = "whatever"
"""A word that `Fussy` rejects."""
VERDICTS = (
    '{"reason": "Lively.", "findings": [], "score": 4, "approve": true, "advice": {}}',
    '{"reason": "Dull.", "findings": [], "score": 2, "approve": false, "advice": {}}',
)

asked: list[Request] = []
"""What this process was asked, in the order in which it came; tests empty it."""


async def speak(request: Request) -> str:
    """A reply to any task, from the request's seed and its last words alone; logs, and halts where it is told to."""
    await _noted(request)
    match request.task:
        case Task.SELECT:
            return stream(request.seed, "select").choice(_choices(request))
        case Task.SCRIPT:
            return _script(request)
        case Task.JUDGE:
            return VERDICTS[stream(request.seed, "judge").random() < 0.2]
        case Task.COMPARE:
            return _preferred(request)
    return _line(request, flawed=_flawed(request, 0.1))


async def fit(request: Request) -> str:
    """Chooses a profile sentence, or none, or says nothing of use, as its seed has it; else speaks."""
    if request.task is not Task.FIT:
        return await speak(request)
    await _noted(request)
    return stream(request.seed, "fit").choice(("1", "Sentence 2.", "none", "I like them all.", "Hard to say."))


refused: set[str] = set()
"""Keys of what `relent` has refused; tests empty it."""


async def relent(request: Request) -> str:
    """Refuses to choose a sentence, and chooses the first where it is asked again; else speaks."""
    if request.task is not Task.FIT:
        return await speak(request)
    await _noted(request)
    if request.key not in refused:
        refused.add(request.key)
        raise ReplyRefused("not this one")
    return "1"


async def learn(request: Request) -> str:
    """Speaks without the flaw once a good exemplar stands in its prompt."""
    await _noted(request)
    taught = any(part.kind is Kind.EXEMPLAR and "lantern" in part.text for part in request.parts)
    return _line(request, flawed=_flawed(request, 0.02 if taught else 0.3)) + " Mind the lantern."


async def collapse(request: Request) -> str:
    """Says the same in every dialogue once there is an exemplar to lean on."""
    await _noted(request)
    if not any(part.kind is Kind.EXEMPLAR for part in request.parts):
        return _line(request)
    turns = sum(part.kind is Kind.TURN for part in request.parts)
    return f"We {VERBS[turns % 11]} the {NOUNS[turns % 11]} again and again."


async def squeamish(request: Request) -> str:
    """A server that now and then takes offence at a request."""
    if stream(request.seed, "offence").random() < 0.04:
        raise ReplyRefused("the server refuses the request for its content")
    return await speak(request)


async def buggy(request: Request) -> str:
    """Breaks at its seventh call."""
    if len(asked) == 6:
        raise ZeroDivisionError("the seventh call")
    return await speak(request)


async def approve(request: Request) -> str:
    """A judge who likes everything."""
    return VERDICTS[0]


async def telepath(request: Request) -> str:
    """Everybody says what Zo alone can know, once; Zo never does."""
    own = next(part for part in request.parts if part.kind is Kind.PERSONA)
    said = "" if "canary called Zo" in own.text else " I keep a violet canary called Zo."
    return _line(request) + said


async def odd(request: Request) -> str:
    """Markup, control characters, half a character."""
    return f"[bold red]Number[/] {request.seed} \x00\x07\x1b[31m 안녕 🙂 \ud83d \u202e [/nope] {{x}} {{{{ y }}}}"


def told_to_mend(request: Request) -> bool:
    """Whether a director's note is in the request."""
    return any(part.kind is Kind.NOTE for part in request.parts)


async def _noted(request: Request) -> None:
    """`FAKE_LOG`: a file that gets the key of every request. `FAKE_TELL`: the number of a call that is told of on the
    standard output. `FAKE_HALT`: the number of the first call that is never answered, with all after it."""
    asked.append(request)
    if log := os.environ.get("FAKE_LOG"):
        _append(Path(log), request.key)
    if len(asked) == int(os.environ.get("FAKE_TELL", 0)):
        print("told", flush=True)
    if len(asked) >= int(os.environ.get("FAKE_HALT", 10**9)):
        await asyncio.Event().wait()


def _append(log: Path, line: str) -> None:
    with log.open("a") as file:
        file.write(line + "\n")


def _flawed(request: Request, rate: float) -> bool:
    return stream(request.seed, "flaw").random() < (rate / 10 if told_to_mend(request) else rate)


def _line(request: Request, flawed: bool = False) -> str:
    """Rarely empty, so that a guard asks again; takes leave when it is told to."""
    rng, last = stream(request.seed, "words"), request.parts[-1].text
    if rng.random() < 0.03 and "could not be used" not in last:
        return "..."
    opens = not any(part.kind is Kind.TURN for part in request.parts)
    words = f"{rng.choice(OPENERS) if opens else 'We'} {rng.choice(VERBS)} {rng.choice(NOUNS)} {rng.randrange(10**6)}"
    return f"{words}{' ' + FLAW if flawed else ''}.{' Goodbye!' if 'about to end' in last else ''}"


def _preferred(request: Request) -> str:
    """Of two conversations the longer one; now and then the one that is shown first."""
    shown = request.messages[-1]["content"].split("# Conversation B")
    sizes = [len(part) for part in shown]
    biased = stream(request.seed, "compare").random() < 0.3
    return f'{{"reason": "It says more.", "better": "{"A" if biased or sizes[0] > sizes[-1] else "B"}"}}'


def _choices(request: Request) -> list[str]:
    return request.parts[-1].text.split("Choose from: ")[1].split("\n")[0].rstrip(".").split(", ")


def _script(request: Request) -> str:
    names = [line.partition(":")[0] for line in request.parts[0].text.splitlines() if ": what " in line]
    rng = stream(request.seed, "script")
    return "\n".join(f"{names[n % 2]}: We {rng.choice(VERBS)} {rng.choice(NOUNS)} {rng.random()}." for n in range(6))


@dataclass(frozen=True)
class Fussy:
    """Nobody says the word."""

    word: str = FLAW

    async def review(self, case: Case) -> Verdict:
        said = [(index, turn) for index, turn in enumerate(case.turns) if self.word in turn.text]
        findings = tuple(Finding(f"says {self.word}", index, turn.seat) for index, turn in said)
        score = round(1 - len(said) / len(case.turns), 4) if case.turns else 0.0
        return Verdict(not said, score, findings, {turn.seat: f"Never say {self.word}." for _, turn in said})


@dataclass(frozen=True)
class Strict:
    """An even number of letters is said: a claim that about half of all dialogues meet."""

    async def review(self, case: Case) -> Verdict:
        good = sum(len(turn.text) for turn in case.turns) % 2 == 0
        return Verdict(good, 1.0 if good else 0.25, advice={} if good else {case.turns[0].seat: "Say one letter more."})


looked: list[str] = []
"""The ids of the dialogues that `Logged` was asked about in this process."""


class Logged:
    """As `Strict`; writes into the file `FAKE_LOG` which dialogues it sees, and is silent from the `FAKE_HALT`th on."""

    async def review(self, case: Case) -> Verdict:
        looked.append(case.id)
        _append(Path(os.environ["FAKE_LOG"]), case.id)
        if len(looked) == int(os.environ["FAKE_HALT"]):
            print("told", flush=True)
        if len(looked) >= int(os.environ["FAKE_HALT"]):
            await asyncio.Event().wait()
        return await Strict().review(case)


@dataclass(frozen=True)
class Bounded:
    """The stage was asked for so many turns."""

    least: int
    most: int

    async def review(self, case: Case) -> Verdict:
        good = (case.limits.least, case.limits.most) == (self.least, self.most)
        return Verdict(good, float(good))


@dataclass(frozen=True)
class Ranked:
    """A dialogue says no more letters than the mean of its round: a claim that depends on who else is judged."""

    slack: float = 10.0

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict]:
        sizes = [_letters(case.turns) for case in cases]
        known = [*sizes, *(_letters(dialogue.turns) for dialogue in corpus.settled())]
        most = sum(known) / len(known) + self.slack
        return [Verdict(size <= most, 1.0 if size <= most else 0.5) for size in sizes]


def _letters(turns: Sequence[Turn]) -> int:
    return sum(len(turn.text) for turn in turns)


class Torn:
    """It breaks over a round."""

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Sequence[Verdict]:
        raise RuntimeError("torn apart")


class Raises:
    """It is never known what this claims."""

    async def review(self, case: Case) -> Verdict:
        raise ZeroDivisionError("no ground to divide")


class Hangs:
    """It never says."""

    async def review(self, case: Case) -> Verdict:
        await asyncio.Event().wait()
        raise AssertionError


class Nonsense:
    """It does not say what it should."""

    async def review(self, case: Case) -> Any:
        return {"approve": "perhaps"}


class NotMine:
    """It does not apply."""

    async def review(self, case: Case) -> Abstention:
        return Abstention(Why.NOT_APPLICABLE, "not mine")


CAFE = """
name: cafe
seed: 11
model: "scripted?function=fakes:{speaker}"
cast: {{personas: library/everyday}}
stage: {{setting: A cafe., turns: {{min: 4, max: 6}}}}
critics:
  voting: {{rule: majority, quorum: 1}}
  panel:
    - {{use: "fakes:Fussy", name: fussy, role: veto}}
    - {{use: structure}}
    - {{use: judge}}
    - {{use: openers, role: veto, options: {{share: 0.4, least: 4}}}}
    - {{use: "fakes:Ranked", name: ranked, role: veto}}
refine: {{regenerate: 2, note: true}}
rounds: {{count: 3, dialogues: 12}}
exemplars: {{count: 1, choose: diverse}}
concurrency: 8
"""


ALONE = 'critics.panel=[{use: "fakes:Fussy", name: fussy, role: veto}, structure]'
"""A panel that looks at one dialogue alone; what a critic says of a round depends on how large the round is."""


def cafe(folder: Path, speaker: str = "speak") -> Path:
    """A scenario file with rejections, notes, guards, exemplars, a judge, and critics at the barrier."""
    path = folder / "cafe.yaml"
    path.write_text(CAFE.format(speaker=speaker))
    return path


@cache
def loaded(source: Path, overrides: tuple[str, ...]) -> Scenario:
    return load(source, overrides=overrides)


async def made(source: Path, output: Path, *overrides: str, on_event: Events = unwatched, **options: Any) -> bytes:
    """Run a scenario file, and give the corpus as the provenance export has it."""
    with await simulate(loaded(source, overrides), on_event, output=output, **options) as corpus:
        return exported(corpus, output)


def exported(corpus: Corpus, folder: Path) -> bytes:
    """Every try that counts, with verdicts and outcome, as the provenance export has it."""
    return export(corpus.records(None), corpus.info, "provenance", folder / "provenance.jsonl").path.read_bytes()


class Crash(Exception):
    """The process is gone, as far as the ledger can tell."""


class CrashAt:
    """A watcher who ends the run at the first event that is `due`."""

    def __init__(self, due: Callable[[object], bool]) -> None:
        self._due = due

    def __call__(self, event: object) -> None:
        if self._due(event):
            raise Crash


class Countdown:
    """Whether as many calls have been made as it was told, of those that `counts`."""

    def __init__(self, calls: int, counts: Callable[[object], bool] = lambda event: True) -> None:
        self._left, self._counts = calls, counts

    def __call__(self, event: object) -> bool:
        self._left -= self._counts(event)
        return self._left < 0
