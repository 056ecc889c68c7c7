"""Personalities in a run: who gets which, which sentence is chosen for it, and that nobody else is told."""

from collections import Counter
from pathlib import Path

import pytest
from fakes import Countdown, Crash, CrashAt, asked, cafe, loaded, made, refused

from tertulia.console.auditing import audited
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.models.errors import Mistake
from tertulia.models.request import Kind, Task
from tertulia.personas import Trait
from tertulia.personas.personality.selecting import NONE, selections
from tertulia.scenarios.casting import Casting
from tertulia.scenarios.event import Selected
from tertulia.scenarios.fingerprint import difference, making
from tertulia.scenarios.loading import load
from tertulia.scenarios.planning import plan
from tertulia.scenarios.simulation import simulate

FITTED = (
    "rounds.count=2",
    "rounds.dialogues=6",
    "cast.personality={trait: [extraversion, openness], setting: pairings, select: true, style: random}",
)


def fitting(folder: Path) -> Path:
    return cafe(folder, "fit")


def fits() -> Counter[str]:
    """The keys of the requests to choose a sentence, of all that was asked."""
    return Counter(request.key for request in asked if request.task is Task.FIT)


def choices(ledger: Ledger) -> int:
    return sum(sent.request.task is Task.FIT for sent in ledger.all_requests())


async def test_each_seat_of_a_job_is_asked_once_and_all_its_tries_know_what_was_chosen(tmp_path: Path) -> None:
    heard: list[Selected] = []

    def hear(event: object) -> None:
        heard.extend([event] if isinstance(event, Selected) else [])

    asked.clear()
    await made(fitting(tmp_path), tmp_path / "out", *FITTED, on_event=hear)
    assert len({(event.round, event.index, event.seat) for event in heard}) == 2 * 6 * 2
    assert max(fits().values()) == 1
    assert {event.read for event in heard} == {True, False}
    with Corpus.open(tmp_path / "out") as corpus:
        tries = [record.dialogue for record in corpus.records(None)]
        assert len(tries) > 2 * 6
        told = {(e.round, e.index, e.seat): e.sentence for e in heard}
        for dialogue in tries:
            job = corpus.ledger.job(dialogue.place.round, dialogue.place.index) if dialogue.place else None
            assert job
            assert job.cast == dialogue.cast
            for member in dialogue.cast:
                assert told[job.round, job.index, member.seat] == member.persona.focus
                assert member.persona.focus in (NONE, *member.persona.sentences)
        spoken = [r for r in asked if r.task is Task.SPEAK and "What to let come up" in r.messages[0]["content"]]
        assert spoken
        counted = selections(m.persona for dialogue in tries for m in dialogue.cast)
        assert {trait for trait, _ in counted} == {Trait.EXTRAVERSION, Trait.OPENNESS}
        assert sum(counter.total() for counter in counted.values()) == 2 * 2 * len(tries)


async def test_it_resumes_with_the_same_choices_and_asks_for_none_again(tmp_path: Path) -> None:
    source, output, crashes, found = fitting(tmp_path), tmp_path / "crashing", 0, b""
    undisturbed = await made(source, tmp_path / "undisturbed", *FITTED)
    asked.clear()
    while not found:
        try:
            found = await made(source, output, *FITTED, on_event=CrashAt(Countdown(60)))
        except Crash:
            crashes += 1
    assert crashes > 2
    assert found == undisturbed
    assert max(fits().values()) == 1
    asked.clear()
    assert await made(source, output, *FITTED) == undisturbed
    assert not asked


async def test_who_was_refused_a_choice_keeps_his_dialogues_when_the_model_relents(tmp_path: Path) -> None:
    refused.clear()
    source = cafe(tmp_path, "relent")
    small = (*FITTED, "rounds.count=1", "rounds.dialogues=4")
    await made(source, tmp_path / "out", *small)
    assert refused
    asked.clear()
    await made(
        source, tmp_path / "out", *small, "critics.panel=[]", "critics.voting={rule: majority}"
    )  # opens all jobs
    assert asked == []


async def test_what_is_chosen_does_not_depend_on_the_concurrency(tmp_path: Path) -> None:
    source = fitting(tmp_path)
    one = await made(source, tmp_path / "one", *FITTED, "concurrency=1")
    assert await made(source, tmp_path / "many", *FITTED, "concurrency=32") == one


async def test_nobody_is_sent_what_is_anothers_and_the_audit_looks_at_the_choices_too(tmp_path: Path) -> None:
    await made(fitting(tmp_path), tmp_path / "out", *FITTED)
    with Corpus.open(tmp_path / "out") as corpus:
        done, count = audited(corpus.ledger), choices(corpus.ledger)
        assert done.found == 0
        assert done.superseded == 0
        spoken = sum(sent.request.task is Task.SPEAK for sent in corpus.ledger.all_requests())
        assert (done.requests, count > 24) == (spoken + count, True)
        for sent in corpus.ledger.all_requests():
            seats = {part.seat for part in sent.request.parts if part.kind is Kind.PERSONA}
            assert len(seats) == (sent.request.task is not Task.JUDGE)


async def test_the_audit_finds_a_choice_that_was_shown_anothers_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tertulia.scenarios.personality as personality

    real = personality._fitted
    job_sentences: list[str] = []

    async def leaking(member, job, *rest):  # type: ignore[no-untyped-def]
        other = next(m for m in job.cast if m.seat != member.seat)
        job_sentences.append(other.persona.sentences[0])
        both = (*member.persona.profile, other.persona.profile[0])
        swapped = member.persona.model_copy(update={"profile": both})
        found = await real(type(member)(member.seat, swapped, member.role, member.model), job, *rest)
        kept = member.persona.model_copy(update={"focus": found.persona.focus})
        return type(member)(member.seat, kept, member.role, member.model)

    monkeypatch.setattr(personality, "_fitted", leaking)
    await made(fitting(tmp_path), tmp_path / "out", *FITTED, "rounds.count=1", "rounds.dialogues=2")
    with Corpus.open(tmp_path / "out") as corpus:
        assert {leak.text for leak in audited(corpus.ledger).leaks} >= set(job_sentences)


async def test_a_script_is_chosen_for_by_its_writer(tmp_path: Path) -> None:
    script = ("stage.mode=script", "rounds.count=1", "rounds.dialogues=2", "models.writer=scripted?function=fakes:fit")
    source = cafe(tmp_path)
    await made(source, tmp_path / "out", *FITTED, *script)
    with Corpus.open(tmp_path / "out") as corpus:
        assert choices(corpus.ledger) >= 4
        texts = [
            s.request.messages[0]["content"] for s in corpus.ledger.all_requests() if s.request.task is Task.SCRIPT
        ]
        assert any("lets come up in this conversation" in text for text in texts)


async def test_psydial_has_all_four_pairings_in_turn_as_before(tmp_path: Path) -> None:
    casting = Casting.of(load("psydial"))
    levels = [[m.persona.traits.extraversion for m in cast if m.persona.traits] for _, cast in casting.casts(1, 0, 8)]
    assert levels == [[4, 4], [4, -4], [-4, 4], [-4, -4]] * 2


async def test_psydial_chooses_with_the_embedded_model(tmp_path: Path) -> None:
    few = load("psydial", overrides=["rounds.dialogues=4"])
    with await simulate(few, output=tmp_path) as corpus:
        cast = [member.persona for record in corpus.records(None) for member in record.dialogue.cast]
        assert all(person.focus is not None for person in cast)
        assert any(person.focus for person in cast)


def test_the_plan_counts_the_choices_once_a_job(tmp_path: Path) -> None:
    planned = plan(loaded(fitting(tmp_path), (*FITTED, "refine.regenerate=3", "rounds.candidates=2")))
    (row,) = [row for row in planned.calls if row.task is Task.FIT]
    assert (row.least, row.most) == (2 * 6 * 2, 2 * 6 * 2 * 2)
    assert row.prompt_tokens > 100


def test_the_plan_says_which_personas_are_in_another_language(tmp_path: Path) -> None:
    told = plan(load("psydial", overrides=["stage.language=ko"])).missing
    assert any("110 of 110 personas are in 'en', the conversation in 'ko'" in line for line in told)
    assert not any("conversation" in line for line in plan(load("psydial", overrides=["stage.language=en-GB"])).missing)


STATEMENTS = "extraversion:\n  high: [I sing in lifts.]\n  low: [I take the stairs.]\n"


async def test_a_users_own_statements_are_used_and_belong_to_what_dialogues_are_made_from(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(STATEMENTS)
    own = ("cast.personality={trait: extraversion, statements: mine.yaml}", "rounds.count=1", "rounds.dialogues=3")
    await made(fitting(tmp_path), tmp_path / "out", *own)
    with Corpus.open(tmp_path / "out") as corpus:
        people = [member.persona for record in corpus.records(None) for member in record.dialogue.cast]
    assert {s.text for person in people for s in person.statements} == {"I sing in lifts.", "I take the stairs."}
    scenario = loaded(fitting(tmp_path), own)
    before = making(scenario)
    (tmp_path / "mine.yaml").write_text(STATEMENTS.replace("sing", "hum loudly"))
    assert making(scenario) != before
    plain = loaded(fitting(tmp_path), own[1:])
    changed = difference(plain.model_dump(mode="json"), scenario.model_dump(mode="json"))
    assert "cast.personality.statements" in changed


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ("personality: {trait: extravertion}", 3, "did you mean 'extraversion'?"),
        ("personality: {trait: all, magnitude: 7}", 3, "must be 5 or less, not 7"),
        ("personality: {trait: all, setting: pairing}", 3, "did you mean 'pairings'?"),
        ("personality: {trait: [openness, openness]}", 3, "named twice"),
        ("personality: {}", 3, "sets nothing"),
        ("personality: {style: random, select: true}", 3, "without a `trait`"),
        ("personality: {trait: openness, statements: nowhere.yaml}", 3, "no file 'nowhere.yaml'"),
        ("personality: {trait: openness, statements: bad.yaml}", 3, "bad.yaml:2: no pole is called 'up'"),
        ("traits: {openness: [[1, 2]]}\n  personality: {trait: all}", 4, "sets 'openness' already"),
        ("traits: {openness: [[7, 2]]}", 3, "must be 5 or less, not 7"),
        ("personas: [{name: Ann, style: [formal, informal]}, {name: Bo}]", 3, "'formal' and 'informal' contradict"),
        ("size: 2\nstage: {style: [warm, critical]}", 4, "'warm' and 'critical' contradict"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, lines: str, line: int, what: str) -> None:
    (tmp_path / "bad.yaml").write_text("openness:\n  up: [I sing.]\n")
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\ncast:\n  {lines}\n")
    with pytest.raises(Mistake) as caught:
        load(path)
    told = str(caught.value)
    assert f"{path}:{line}: " in told
    assert what in told
