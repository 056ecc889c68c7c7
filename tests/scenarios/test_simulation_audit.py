"""Nobody sees what is not theirs, in any shipped scenario; and the audit finds it where somebody does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import cafe, loaded

import tertulia.agents.briefing as briefing
import tertulia.agents.speaker as speaking
import tertulia.agents.stage as staging
from tertulia.agents import Dialogue
from tertulia.agents.audit import Leak, leaks
from tertulia.console.auditing import audited
from tertulia.corpus.corpus import Corpus
from tertulia.models.request import Kind, Part, Request, Role, Task
from tertulia.scenarios.loading import load, shipped
from tertulia.scenarios.simulation import simulate

FEW = ("rounds.count=2", "rounds.dialogues=2", "refine.regenerate=1", "rounds.teach=null")
MODELS = ("rehearsal", "scripted?function=fakes:speak")


def found(corpus: Corpus) -> list[Leak]:
    """Leaks in the requests behind the turns of all tries."""
    return [leak for record in corpus.records(None) for leak in _found(corpus, record.dialogue)]


def _found(corpus: Corpus, dialogue: Dialogue) -> Iterator[Leak]:
    return leaks(dialogue, (sent.request.parts for sent in corpus.ledger.requests_of(dialogue.id)))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", shipped())
async def test_no_request_of_a_shipped_scenario_holds_what_is_anothers(tmp_path: Path, name: str, model: str) -> None:
    with await simulate(load(name, overrides=FEW, model=model), output=tmp_path) as corpus:
        tries = [record.dialogue for record in corpus.records(None)]
        assert sum(len(list(corpus.ledger.requests_of(dialogue.id))) for dialogue in tries) > len(tries) / 2
        if tries[0].mode == "script":
            assert {leak.kind for leak in found(corpus)} == {Kind.PERSONA}
        else:
            assert found(corpus) == []
        whole = audited(corpus.ledger)
        assert whole.found == 0
        assert (whole.scripts, whole.dialogues)[tries[0].mode == "private"] == len(tries)


PERSON = """
        - id: {name}
          name: {name}
          introduction: {name} waves.
          profile: [{{text: I keep a violet canary called {name}, category: {name} ways, entity: {name} things}}]
          style: [in riddles like {name} does]
          goal: "To sell {name} brand seeds."
          traits: {{openness: {level}, extraversion: {level}}}
"""


def secrets_of(name: str, level: int) -> tuple[str, ...]:
    """Everything private of one person, as far as it can stand in a text."""
    words = ("canary called {}", "{} ways", "{} things", "riddles like {}", "{} brand seeds", f"openness {level}")
    return tuple(word.format(name) for word in words)


NAMES = {"Zo": 5, "Yu": -4, "Xi": 3}


def aviary(folder: Path) -> Path:
    people = "".join(PERSON.format(name=name, level=level) for name, level in NAMES.items())
    path = folder / "people.yaml"
    path.write_text(people)
    return path


async def table(tmp_path: Path, *overrides: str) -> Corpus:
    """Three people with a canary in each private field, a selector, a judge, exemplars, and notes."""
    aviary(tmp_path)
    shape = ("cast={size: 3, personas: people.yaml}", "rounds.count=2", "rounds.dialogues=4", "concurrency=4")
    return await simulate(loaded(cafe(tmp_path), (*shape, *overrides)), output=tmp_path / "out")


@pytest.mark.parametrize("order", ["selector", "round-robin"])
async def test_a_canary_is_in_no_request_but_its_owners(tmp_path: Path, order: str) -> None:
    """Judged by the text as it is sent, without the audit."""
    read = 0
    with await table(tmp_path, f"stage.order={order}") as corpus:
        for sent in corpus.ledger.all_requests():
            owner = reader(corpus, sent.request)
            text = "\n".join(message["content"] for message in sent.request.messages)
            held = {name for name, level in NAMES.items() for words in secrets_of(name, level) if words in text}
            assert held <= {owner}
            read += bool(held)
        assert read > 20
        assert found(corpus) == []
        tasks = {sent.request.task for sent in corpus.ledger.all_requests()}
        assert tasks == {Task.SPEAK, Task.JUDGE} | ({Task.SELECT} if order == "selector" else set())


def reader(corpus: Corpus, request: Request) -> str:
    """Name of the person that a request was made for; empty for a judge's and a selector's."""
    seat = next((part.seat for part in request.parts if part.kind is Kind.PERSONA), None)
    round, index = request.scope.split("/")
    job = corpus.ledger.job(int(round), int(index))
    assert job
    return next((member.name for member in job.cast if member.seat == seat), "")


SECRET = "By the way: I keep a violet canary called Zo, ha!"
FIELDS = (
    "I keep a violet canary called Zo",
    "To sell Zo brand seeds.",
    "in riddles like Zo does",
    "openness 5, conscientiousness 0, extraversion 5, agreeableness 0, neuroticism 0",
)


def planted(module: Any, name: str, kind: Kind, monkeypatch: pytest.MonkeyPatch, secret: str = SECRET) -> None:
    """Let a function that makes parts put Zo's secret into those of one kind."""
    real: Callable[..., Any] = getattr(module, name)

    def leaking(*args: Any, **options: Any) -> Any:
        made = real(*args, **options)
        if isinstance(made, Part):
            return replace(made, text=f"{made.text} {secret}")
        return tuple(replace(p, text=f"{p.text} {secret}") if p.kind is kind else p for p in made)

    monkeypatch.setattr(module, name, leaking)


PLACES: dict[Kind, tuple[Any, str]] = {
    Kind.INSTRUCTIONS: (briefing, "_instructions"),
    Kind.PERSONA: (staging, "briefing"),
    Kind.EXEMPLAR: (staging, "briefing"),
    Kind.REMINDER: (speaking, "reminder"),
    Kind.NOTE: (staging, "note"),
}


@pytest.mark.parametrize("kind", PLACES)
async def test_a_leak_through_any_part_of_a_prompt_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    planted(*PLACES[kind], kind, monkeypatch)
    people = "exemplars.seed_file=library/exemplars"
    with await table(tmp_path, people, "concurrency=1") as corpus:
        leaking = found(corpus)
        assert {leak.kind for leak in leaking} == {kind}
        assert {leak.text for leak in leaking} == {"I keep a violet canary called Zo"}
        readers = {(leak.dialogue, leak.reader) for leak in leaking}
        assert all(corpus.ledger.record(id).dialogue.member(seat).name != "Zo" for id, seat in readers)


@pytest.mark.parametrize("secret", FIELDS)
async def test_every_private_field_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    planted(staging, "briefing", Kind.PERSONA, monkeypatch, f"Zo? {secret}!")
    with await table(tmp_path, "rounds.count=1", "critics={panel: []}") as corpus:
        assert {leak.text for leak in found(corpus)} == {secret}


async def test_a_leak_to_the_selector_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tertulia.agents import selector

    real = selector.render

    def leaking(name: str, **values: Any) -> str:
        return real(name, **values) + (f" {SECRET}" if name == "select" else "")

    monkeypatch.setattr(selector, "render", leaking)
    with await table(tmp_path, "stage.order=selector") as corpus:
        assert found(corpus) == []
        whole = audited(corpus.ledger)
        assert {(leak.reader, leak.kind) for leak in whole.leaks} == {("", Kind.INSTRUCTIONS)}


async def test_a_turn_that_says_what_its_speaker_cannot_know_is_found(tmp_path: Path) -> None:
    with await table(tmp_path, 'model="scripted?function=fakes:telepath"', "critics={panel: []}") as corpus:
        leaking = found(corpus)
        assert {leak.kind for leak in leaking} == {Kind.TURN}
        assert {leak.text for leak in leaking} == {"I keep a violet canary called Zo"}


async def test_what_an_exemplar_tells_is_of_people_at_another_table(tmp_path: Path) -> None:
    """With three people in all, everybody sits at every table: none of their dialogues may be shown to them."""
    with await table(tmp_path) as corpus:
        assert all(record.dialogue.exemplars == () for record in corpus.records(None))


def test_parts_of_a_request_that_the_stage_never_makes_are_audited_too() -> None:
    cast = [_member("a", "Zo"), _member("b", "Yu")]
    parts: Sequence[Part] = (_persona("b", "Yu"), Part(Role.USER, Kind.MATERIAL, SECRET))
    assert [leak.kind for leak in leaks(Dialogue("d", tuple(cast), ()), [parts])] == [Kind.MATERIAL]


def _member(seat: str, name: str) -> Any:
    from tertulia.agents import Member
    from tertulia.personas import Persona

    return Member(seat, Persona(name=name, profile=[f"I keep a violet canary called {name}"]))


def _persona(seat: str, name: str) -> Part:
    return Part(Role.SYSTEM, Kind.PERSONA, f"You are {name}.", seat)
