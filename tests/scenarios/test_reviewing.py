"""A review of a run says what a panel thinks of its dialogues, and changes nothing that the run has, or has to do."""

from pathlib import Path

import pytest
from fakes import Countdown, Crash, CrashAt, cafe, exported, loaded, made

from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Outcome
from tertulia.scenarios.event import JobDone, Reviewed
from tertulia.scenarios.reviewing import review_run

SHAPE = ("rounds.count=2", "rounds.dialogues=8", "concurrency=3")
OTHER = ('critics.panel=[{use: "fakes:Strict", name: strict}, {use: "fakes:Ranked", name: ranked, role: veto}]',)


async def crashed(source: Path, output: Path, events: int) -> None:
    with pytest.raises(Crash):
        await made(source, output, *SHAPE, on_event=CrashAt(Countdown(events)))


@pytest.mark.parametrize("panel", [(), OTHER], ids=["own", "other"])
async def test_a_run_goes_on_after_a_review_as_if_there_had_been_none(tmp_path: Path, panel: tuple[str, ...]) -> None:
    source = cafe(tmp_path)
    undisturbed = await made(source, tmp_path / "undisturbed", *SHAPE)
    for events in (30, 60, 90, 130):
        output = tmp_path / f"after {events}"
        await crashed(source, output, events)
        await review_run(output, loaded(source, (*SHAPE, *panel)))
        assert await made(source, output, *SHAPE) == undisturbed
    assert b'"outcome":"rejected"' in undisturbed


async def test_a_run_may_take_the_panel_of_an_earlier_review(tmp_path: Path) -> None:
    """What its corpus critics said of a round that was half made does not count."""
    source, output = cafe(tmp_path), tmp_path / "out"
    await crashed(source, output, 60)
    await review_run(output, loaded(source, (*SHAPE, *OTHER)))
    assert await made(source, output, *SHAPE, *OTHER) == await made(source, tmp_path / "direct", *SHAPE, *OTHER)


async def test_the_runs_own_panel_answers_on_what_it_has_not_seen_and_on_nothing_else(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await made(source, output, *SHAPE)
    before = (tmp_path / "out" / "provenance.jsonl").read_bytes()
    events: list[object] = []
    panel = await review_run(output, loaded(source, SHAPE), events.append)
    with Corpus.open(output) as corpus:
        assert panel == corpus.info.judging
        assert exported(corpus, output) == before
    assert not any(isinstance(event, Reviewed | JobDone) for event in events)


async def test_dialogues_of_a_round_that_nobody_finished_are_judged(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await crashed(source, output, 30)
    with Ledger.open(output, write=False) as ledger:
        assert ledger.counts() == {}
    panel = await review_run(output, loaded(source, (*SHAPE, "critics.panel=[structure]")))
    with Ledger.open(output, write=False) as ledger:
        found = list(ledger.records(outcomes=None, panel=panel))
        assert found
        assert {record.outcome for record in found} <= {Outcome.ACCEPTED, Outcome.REJECTED, Outcome.FAILED}


async def test_a_second_review_judges_what_came_since(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    other = loaded(source, (*SHAPE, *OTHER))
    await crashed(source, output, 60)
    await review_run(output, other)
    await made(source, output, *SHAPE)
    panel = await review_run(output, other)
    with Ledger.open(output, write=False) as ledger:
        tries = list(ledger.records(outcomes=None, panel=panel))
        assert all(record.review for record in tries if not record.dialogue.failure)
        assert None not in {record.outcome for record in tries}
        assert any(record.dialogue.place and record.dialogue.place.attempt for record in tries)


async def test_dialogues_are_held_to_what_their_own_stage_was_asked_for(tmp_path: Path) -> None:
    source, output = cafe(tmp_path), tmp_path / "out"
    await made(source, output, "rounds.count=1", "rounds.dialogues=3", "critics={panel: []}")
    bounded = 'critics.panel=[{use: "fakes:Bounded", name: bounded, options: {least: 4, most: 6}}]'
    panel = await review_run(output, loaded(source, ("stage.turns={min: 10, max: 12}", bounded)))
    with Ledger.open(output, write=False) as ledger:
        assert ledger.count(panel=panel) == 3
