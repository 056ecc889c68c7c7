"""What a run does with its scenario: it tries again, hands on advice, learns from itself, and knows when to stop."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import asked, cafe, loaded, made

from tertulia.agents.event import TurnSpoken
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.rounds import report_rounds
from tertulia.critics import Abstention, Outcome, Why
from tertulia.critics.asking import CriticFailed
from tertulia.models.request import Kind, Task
from tertulia.scenarios.event import JobDone, RoundClosed, RoundStarted, RunEnded, RunStarted
from tertulia.scenarios.simulation import simulate, simulate_sync

ONE = ("rounds.count=1", "rounds.dialogues=4")


@pytest.fixture(autouse=True)
def calls() -> Iterator[None]:
    asked.clear()
    yield
    asked.clear()


async def run(tmp_path: Path, *overrides: str, speaker: str = "speak") -> tuple[Corpus, list[object]]:
    events: list[object] = []
    scenario = loaded(cafe(tmp_path, speaker), overrides)
    return await simulate(scenario, events.append, output=tmp_path / "out"), events


def failures(events: list[object]) -> dict[str, set[str]]:
    """What is told of broken critics: reasons by name."""
    found: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, CriticFailed):
            found.setdefault(event.critic, set()).add(event.why)
    return found


async def test_events_tell_the_run_from_its_start_to_its_end(tmp_path: Path) -> None:
    corpus, events = await run(tmp_path, "rounds.count=2", "rounds.dialogues=3")
    with corpus:
        assert isinstance(events[0], RunStarted)
        assert events[-1] == RunEnded(len(corpus), 6)
        assert [event.round for event in events if isinstance(event, RoundStarted | RoundClosed)] == [1, 1, 2, 2]
        assert sum(isinstance(event, JobDone) for event in events) == 6
        spoken = {(*event.place, event.number): event.text for event in events if isinstance(event, TurnSpoken)}
        kept = {
            (*record.dialogue.place, number): turn.text
            for record in corpus.records(None)
            if record.dialogue.place
            for number, turn in enumerate(record.dialogue.turns)
        }
        assert spoken == kept


BROKEN = {
    "Raises": "ZeroDivisionError: no ground to divide",
    "Hangs": "no answer within 0.05 s",
    "Nonsense": "answered 'dict', neither a Verdict nor an Abstention",
}


async def test_critics_that_break_abstain_and_are_reported_and_the_run_goes_on(tmp_path: Path) -> None:
    broken = ", ".join(f'{{use: "fakes:{name}", name: {name}, timeout: 0.05}}' for name in BROKEN)
    corpus, events = await run(tmp_path, *ONE, f"critics.panel=[{broken}, structure]")
    with corpus:
        assert failures(events) == {name: {why} for name, why in BROKEN.items()}
        for record in corpus.records(None):
            assert record.review
            answers = {ballot.critic: ballot.answer for ballot in record.review.ballots}
            assert [answers[name] for name in BROKEN] == [Abstention(Why.FAILED, why) for why in BROKEN.values()]
        assert {record.outcome for record in corpus.records(None)} == {Outcome.ACCEPTED}


@pytest.mark.parametrize("critic", BROKEN)
async def test_a_broken_veto_leaves_undecided_accepts_nothing_and_is_not_tried_again(
    tmp_path: Path, critic: str
) -> None:
    veto = f'{{use: "fakes:{critic}", name: it, role: veto, timeout: 0.05}}'
    corpus, events = await run(tmp_path, *ONE, f"critics.panel=[{veto}, structure]")
    with corpus:
        assert [record.outcome for record in corpus.records(None)] == [Outcome.UNDECIDED] * 4
        assert len(corpus) == 0
        assert failures(events).keys() == {"it"}
        assert [event.outcome for event in events if isinstance(event, JobDone)] == [Outcome.UNDECIDED] * 4


async def test_a_veto_that_breaks_at_the_barrier_leaves_undecided_too(tmp_path: Path) -> None:
    panel = 'critics.panel=[structure, {use: "fakes:Torn", name: torn, role: veto}]'
    corpus, events = await run(tmp_path, *ONE, panel)
    with corpus:
        assert [record.outcome for record in corpus.records(None)] == [Outcome.UNDECIDED] * 4
        assert failures(events) == {"torn": {"RuntimeError: torn apart"}}


async def test_a_note_stands_in_the_requests_of_its_own_seat_in_the_next_attempt(tmp_path: Path) -> None:
    corpus, _ = await run(tmp_path, "rounds.count=1", 'critics.panel=[{use: "fakes:Fussy", name: fussy}]')
    with corpus:
        later = 0
        for record in corpus.records(None):
            dialogue = record.dialogue
            assert dialogue.place
            tries = {r.dialogue.place: r for r in corpus.ledger.tries(dialogue.place.round, dialogue.place.index)}
            before = tries.get(dialogue.place._replace(attempt=dialogue.place.attempt - 1))
            rejected = before.review.ballots[0].answer if before and before.review else None
            assert dict(dialogue.notes) == (dict(rejected.advice) if rejected else {})  # type: ignore[union-attr]
            later += bool(rejected)
            for sent in corpus.ledger.requests_of(dialogue.id):
                seat = next(part.seat for part in sent.request.parts if part.kind is Kind.PERSONA)
                notes = [part for part in sent.request.parts if part.kind is Kind.NOTE]
                assert [part.seat for part in notes] == [seat] * (seat in dialogue.notes)
                assert all(dialogue.notes[seat or ""] in part.text for part in notes)
        assert later > 2


async def test_without_notes_nobody_is_told(tmp_path: Path) -> None:
    corpus, _ = await run(tmp_path, *ONE, "refine.note=false")
    with corpus:
        assert any(record.dialogue.place and record.dialogue.place.attempt for record in corpus.records(None))
    assert not any(part.kind is Kind.NOTE for request in asked for part in request.parts)


async def test_without_a_tournament_the_higher_score_is_kept_and_the_other_passed_over(tmp_path: Path) -> None:
    panel = 'critics={voting: {rule: mean, t: 0.1}, panel: [{use: "fakes:Strict", name: strict}], tournament: null}'
    corpus, _ = await run(tmp_path, "rounds.count=1", "rounds.candidates=2", panel)
    with corpus:
        for index in range(12):
            first, second = corpus.ledger.tries(1, index)
            assert {first.outcome, second.outcome} == {Outcome.ACCEPTED, Outcome.PASSED_OVER}
            assert first.review
            assert second.review
            better = second if second.review.decision.score > first.review.decision.score else first
            assert better.outcome is Outcome.ACCEPTED
        kept = {r.dialogue.place.candidate for r in corpus.records() if r.dialogue.place}
        assert kept == {0, 1}


async def test_a_server_that_refuses_one_request_fails_that_try_alone(tmp_path: Path) -> None:
    corpus, _ = await run(tmp_path, "rounds.count=1", "refine.regenerate=1", speaker="squeamish")
    with corpus:
        found = {record.outcome: record for record in corpus.records(None)}
        assert Outcome.ACCEPTED in found
        failed = found[Outcome.FAILED].dialogue
        assert (failed.stop, failed.failure) == ("refusal", "the server refuses the request for its content")


async def test_good_exemplars_raise_the_acceptance_and_the_report_says_so(tmp_path: Path) -> None:
    shape = ("rounds.dialogues=24", "refine.regenerate=0", 'critics.panel=[{use: "fakes:Fussy", name: fussy}]')
    corpus, _ = await run(tmp_path, *shape, speaker="learn")
    with corpus:
        first, _, third = report_rounds(corpus.records(None), seed=1)
        change = third.since_first["acceptance"]
        assert third.summary.acceptance > first.summary.acceptance + 0.3
        assert change.low is not None
        assert change.low > 0
        assert first.summary.exemplars == 0
        assert third.summary.exemplars > 0


async def test_a_model_that_falls_into_one_text_ends_the_run(tmp_path: Path) -> None:
    shape = ("rounds.count=5", "rounds.stop_when.diversity_drop=0.2", "critics={panel: []}")
    corpus, events = await run(tmp_path, *shape, speaker="collapse")
    with corpus:
        end = events[-1]
        assert isinstance(end, RunEnded)
        assert end.why.startswith("distinct-2 fell from")
        assert {r.dialogue.place.round for r in corpus.records(None) if r.dialogue.place} == {1, 2}


async def test_rounds_that_gain_nothing_end_the_run(tmp_path: Path) -> None:
    shape = ("rounds.count=9", "rounds.dialogues=3", "rounds.stop_when.no_gain=2", "critics={panel: []}")
    corpus, events = await run(tmp_path, *shape)
    with corpus:
        end = events[-1]
        assert isinstance(end, RunEnded)
        assert end.why == "acceptance did not rise above 1.00 for 2 rounds"
        assert {event.round for event in events if isinstance(event, RoundClosed)} == {1, 2, 3}


async def test_two_runs_of_one_process_do_not_mix_their_exemplars(tmp_path: Path) -> None:
    """Dialogues of equal ids may hold other words: those of a sampling server, or of a seed file that was edited."""
    line = "- {{id: one, cast: [{{seat: a, persona: {{name: Zoe}}}}], turns: [{{seat: a, text: {}}}]}}\n"
    for word in ("Oranges", "Lemons"):
        asked.clear()
        (tmp_path / "seeds.yaml").write_text(line.format(word))
        await made(cafe(tmp_path), tmp_path / word, *ONE, "exemplars.seed_file=seeds.yaml", "seed=3")
        told = {part.text for request in asked for part in request.parts if part.kind is Kind.EXEMPLAR}
        assert told
        assert all(f"Zoe: {word}" in text for text in told)


async def test_a_notebook_whose_loop_is_busy_may_run_one_too(tmp_path: Path) -> None:
    with simulate_sync(loaded(cafe(tmp_path), ONE), output=tmp_path / "out") as corpus:
        assert len(corpus) > 0


async def test_seats_and_tasks_have_their_own_models(tmp_path: Path) -> None:
    models = 'models={b: "scripted?function=fakes:learn", judge: "scripted?function=fakes:approve"}'
    corpus, _ = await run(tmp_path, *ONE, models, "critics.voting.quorum=2")
    with corpus:
        for record in corpus.records(None):
            for turn in record.dialogue.turns:
                assert turn.text.endswith("Mind the lantern.") == (turn.seat == "b")
        assert {sent.request.task for sent in corpus.ledger.all_requests()} == {Task.SPEAK, Task.JUDGE}
