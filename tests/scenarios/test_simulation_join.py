"""A person at the table: their lines are replies like a model's, kept at once, never asked for twice, never guarded."""

from pathlib import Path

import pytest
from fakes import Countdown, Crash, CrashAt, cafe, loaded, made

from tertulia.agents import Dialogue
from tertulia.agents.event import TurnSpoken
from tertulia.corpus.corpus import Corpus
from tertulia.models.errors import Mistake
from tertulia.models.request import Kind, Request
from tertulia.models.stream import stream
from tertulia.scenarios.simulation import simulate

SHAPE = ("rounds.count=1", "rounds.dialogues=3", "concurrency=1", "critics={panel: []}")
LINES = (
    '"As an AI language model I have no hobbies."',
    "b: Bye bye, it was nice to meet you",
    "...",
    "I'm sorry, but I can't continue.",
    "Okay, the user wants me to stay in character.",
)
"""What no model would get away with."""


class Typist:
    """Answers what is shown, in the same way however often it is shown; remembers it."""

    def __init__(self) -> None:
        self.shown: list[Request] = []

    async def __call__(self, request: Request) -> str:
        self.shown.append(request)
        return stream(request.seed, "typed").choice(LINES) + f" {request.seed}"


def spoken(corpus: Corpus) -> list[Dialogue]:
    return list(corpus.accepted())


async def test_a_persons_lines_are_used_as_they_were_typed(tmp_path: Path) -> None:
    typist = Typist()
    scenario = loaded(cafe(tmp_path), (*SHAPE, "stage.stop=[]"))
    with await simulate(scenario, output=tmp_path / "out", join={"b": typist}) as corpus:
        dialogues = spoken(corpus)
        assert len(dialogues) == 3
        assert [member.model for member in dialogues[0].cast] == ["scripted", "person"]
        typed = [stream(r.seed, "typed").choice(LINES) + f" {r.seed}" for r in typist.shown]
        said = [text for dialogue in dialogues for text in dialogue.said_by("b")]
        assert said == typed
        assert not any(dialogue.failure for dialogue in dialogues)
        assert len({line.rpartition(" ")[0] for line in said}) > 2


async def test_lines_survive_a_crash_and_are_not_asked_for_again(tmp_path: Path) -> None:
    source, typist = cafe(tmp_path), Typist()
    undisturbed = await made(source, tmp_path / "undisturbed", *SHAPE, "stage.stop=[]", join={"b": Typist()})
    again, crashes = b"", 0
    while not again:
        turns = CrashAt(Countdown(7, lambda event: isinstance(event, TurnSpoken)))
        try:
            again = await made(source, tmp_path / "out", *SHAPE, "stage.stop=[]", join={"b": typist}, on_event=turns)
        except Crash:
            crashes += 1
    keys = [request.key for request in typist.shown]
    assert crashes > 1
    assert len(keys) == len(set(keys))
    assert again == undisturbed


async def test_a_person_is_shown_their_own_persona_alone(tmp_path: Path) -> None:
    typist = Typist()
    with await simulate(loaded(cafe(tmp_path), SHAPE), output=tmp_path / "out", join={"a": typist}) as corpus:
        others = {s for d in corpus.records(None) for s in d.dialogue.member("b").persona.sentences}
    shown = [part for request in typist.shown for part in request.parts if part.kind is not Kind.TURN]
    assert others
    assert not any(sentence in part.text for sentence in others for part in shown)


async def test_no_model_takes_the_seat_of_a_person_unasked(tmp_path: Path) -> None:
    source, output, shape = cafe(tmp_path), tmp_path / "out", (*SHAPE, "stage.stop=[]")
    with pytest.raises(Crash):
        await made(source, output, *shape, join={"b": Typist()}, on_event=CrashAt(Countdown(14)))
    for seats in ({}, {"a": Typist()}):
        with pytest.raises(Mistake, match="seat 'b' was taken by a person: add `--join b`, or `--remake`"):
            await made(source, output, *shape, join=seats)
    done = await made(source, output, *shape, join={"b": Typist()})
    assert await made(source, output, *shape) == done
    with pytest.raises(Mistake, match="seat 'b' was taken"):
        await made(source, output, *shape, "rounds.dialogues=4")
    with pytest.raises(Crash):
        await made(source, output, *shape, remake=True, on_event=CrashAt(Countdown(14)))
    assert await made(source, output, *shape) == await made(source, tmp_path / "model", *shape)


@pytest.mark.parametrize(
    ("seat", "more", "said"),
    [
        ("c", (), "--join c: there is no seat 'c'; .*known: a, b"),
        ("a", ("stage.mode=script",), "--join a: in script mode one call writes"),
    ],
)
async def test_a_seat_that_nobody_can_take_is_a_mistake(
    tmp_path: Path, seat: str, more: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Mistake, match=said):
        await made(cafe(tmp_path), tmp_path / "out", *SHAPE, *more, join={seat: Typist()})
