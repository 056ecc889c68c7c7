"""Runs that are filled by hand, so that a test knows every word of them."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tertulia.agents import Dialogue, Job, Member, Place, SeatRole, StopReason, Turn
from tertulia.agents.dialogue import dialogue_id
from tertulia.corpus import Record, RunInfo
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Abstention, Ballot, Decision, Finding, Outcome, Review, SeatKind, Verdict, Why
from tertulia.models.request import Kind, Part, Reply, Request, Role, Task
from tertulia.models.stream import sampling_seed
from tertulia.personas import Persona

NASTY = "Hi [bold]there[/bold] [name]!\x1b[31m\x07\u202e [/] :smile:"
KOREAN = "안녕하세요, 저는 서울에서 온 요리사입니다. " * 4
LONG = "word" * 60
SEED = 7
PANEL, OTHER_PANEL = "aaaa1111bbbb2222", "cccc3333dddd4444"


def persona(name: str, *facts: str, **more: object) -> Persona:
    return Persona.model_validate({"name": name, "profile": facts, **more})


def members(count: int = 2) -> tuple[Member, ...]:
    """Ann, Bob, and more people at the table."""
    names = ("Ann", "Bob", "Chloé", "다니엘", "Eve", "Fay", "Gus", "[red]Hal")[:count]
    facts = {"Ann": ("I have two cats.", "I bake bread."), "Bob": ("I sail on Sundays.",)}
    return tuple(
        Member(f"seat-{n}", persona(name, *facts.get(name, (f"I am number {n}.",))),
               (SeatRole.ASSISTANT, SeatRole.USER)[n] if n < 2 else None, "scripted")
        for n, name in enumerate(names)
    )  # fmt: skip


def spoken(cast: tuple[Member, ...], *texts: str) -> tuple[Turn, ...]:
    return tuple(Turn(cast[n % len(cast)].seat, text) for n, text in enumerate(texts))


def a_dialogue(place: Place, *texts: str, cast: tuple[Member, ...] | None = None, **more: object) -> Dialogue:
    cast = cast or members()
    made = Dialogue(
        id=dialogue_id(place, "test"), cast=cast, turns=spoken(cast, *texts), stop=StopReason.FAREWELL, place=place,
        setting="On a train.", inputs="test", seed=SEED,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def a_review(dialogue: Dialogue, *ballots: Ballot, panel: str = PANEL, outcome: Outcome = Outcome.ACCEPTED) -> Review:
    by = tuple(b.critic for b in ballots if isinstance(b.answer, Verdict) and not b.answer.approve)
    return Review(dialogue.id, panel, ballots, Decision(outcome, by, "because of [them]", 0.75))


APPROVES = Verdict(True, 1.0)
REJECTS = Verdict(
    False, 0.25,
    (Finding("copies the profile", 1, "seat-1", "I sail on Sundays.", "I sail on Sundays, you see"),),
    {"seat-1": "Say it in other words."},
)  # fmt: skip
BALLOTS = (
    Ballot("structure", APPROVES, SeatKind.VETO),
    Ballot("copy-paste", REJECTS, SeatKind.VETO),
    Ballot("judge", Abstention(Why.SKIPPED, "no language model"), optional=True),
)


def an_info() -> RunInfo:
    return RunInfo("demo", {"name": "demo", "seed": SEED}, "m", "j", extra={"panel": PANEL})


async def fill(folder: Path, records: Iterable[Record], leak: Part | None, info: RunInfo) -> None:
    async with Ledger.open(folder) as ledger:
        ledger.begin(info)
        jobs: dict[tuple[int, int], dict[str, tuple[Outcome, str]]] = {}
        for record in records:
            dialogue = record.dialogue
            assert dialogue.place is not None
            place = dialogue.place
            await ledger.keep_job(Job(place.round, place.index, dialogue.cast))
            dialogue = await _say(ledger, dialogue, leak)
            await ledger.keep_dialogue(dialogue)
            for review in record.reviews:
                await ledger.keep_review(review)
            if record.outcome:
                jobs.setdefault((place.round, place.index), {})[dialogue.id] = (record.outcome, record.why)
        for (round, index), outcomes in jobs.items():
            await ledger.settle(round, index, PANEL, outcomes, True)


async def _say(ledger: Ledger, dialogue: Dialogue, leak: Part | None) -> Dialogue:
    """The calls that the turns are replies to."""
    turns = []
    for number, turn in enumerate(dialogue.turns):
        request = a_request(dialogue, number, leak)
        await ledger.replies.put(
            request, Reply(turn.text, prompt_tokens=10, completion_tokens=5), usd=0.01, seconds=2.0
        )
        turns.append(replace(turn, request=request.key))
    return replace(dialogue, turns=tuple(turns))


def a_request(dialogue: Dialogue, number: int, leak: Part | None = None) -> Request:
    """The request of a turn: instructions, the speaker's persona, what was said, a reminder."""
    place, speaker = dialogue.place, dialogue.member(dialogue.turns[number].seat)
    assert place is not None
    own = "\n".join(speaker.persona.sentences)
    parts = [
        Part(Role.SYSTEM, Kind.INSTRUCTIONS, "You take part in a conversation."),
        Part(Role.SYSTEM, Kind.PERSONA, f"You are {speaker.name}.\n{own}", speaker.seat),
        *(_heard(turn, speaker.seat) for turn in dialogue.turns[:number]),
        Part(Role.USER, Kind.REMINDER, "Say your next line."),
        *([leak] if leak else []),
    ]
    if dialogue.mode == "script":
        everyone = "\n".join(sentence for member in dialogue.cast for sentence in member.persona.sentences)
        parts = [Part(Role.SYSTEM, Kind.PERSONA, everyone)]
    seed = sampling_seed(dialogue.seed, "sampling", *place, number)
    return Request(
        "scripted", "scripted", tuple(parts), {"temperature": 0.7}, seed,
        task=Task.SCRIPT if dialogue.mode == "script" else Task.SPEAK, scope=place.scope,
    )  # fmt: skip


def _heard(turn: Turn, seat: str) -> Part:
    return Part(Role.ASSISTANT if turn.seat == seat else Role.USER, Kind.TURN, turn.text, turn.seat)


def no_verdict(request: Request) -> str:
    """What a model says that does not judge."""
    return "I would rather not."
