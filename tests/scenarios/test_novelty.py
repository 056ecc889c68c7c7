"""Rounds in which nothing is told twice: whoever tells it, however often the run is started again."""

from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from fakes import NOUNS, VERBS, Countdown, Crash, CrashAt, exported, made, told_to_mend

from tertulia.agents import Dialogue
from tertulia.corpus.corpus import Corpus
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Outcome, Verdict
from tertulia.critics.experts.novelty import Novelty
from tertulia.critics.minhash import jaccard, shingles
from tertulia.critics.overlap import tokens
from tertulia.models.request import Kind, Request
from tertulia.models.stream import stream
from tertulia.scenarios.barrier import Accepted

STORIES = 12


async def retell(request: Request) -> str:
    """Tells one of a few stories, with another word here and there; another one where it is told to mend."""
    story = stream(0, "story", request.scope, told_to_mend(request)).randrange(STORIES)
    turn = sum(part.kind is Kind.TURN for part in request.parts)
    rng, own = stream(0, "turn", story, turn), stream(request.seed, "own")
    words = [rng.choice((*NOUNS, *VERBS)) for _ in range(16)]
    if own.random() < 0.4:
        words[own.randrange(16)] = "indeed"
    return f"We {' '.join(words)}."


NOVEL = f"""
name: tales
seed: 5
model: "scripted?function={__name__}:retell"
cast: {{personas: library/everyday}}
stage: {{setting: A cafe., turns: {{min: 4, max: 4}}}}
critics: {{panel: [{{use: novelty, role: veto}}]}}
refine: {{regenerate: 1, note: true}}
rounds: {{count: 3, dialogues: 6}}
concurrency: 4
"""
WAVES = ("rounds.dialogues=3", "rounds.until_accepted=4")


@pytest.fixture
def tales(tmp_path: Path) -> Path:
    path = tmp_path / "tales.yaml"
    path.write_text(NOVEL)
    return path


def words(dialogue: Dialogue) -> list[str]:
    return [word for turn in dialogue.turns for word in tokens(turn.text)]


async def test_over_three_rounds_no_story_is_accepted_twice(tales: Path, tmp_path: Path) -> None:
    await made(tales, tmp_path / "out")
    with Corpus.open(tmp_path / "out") as corpus:
        accepted = [record.dialogue for record in corpus.records()]
        rejected = list(corpus.records((Outcome.REJECTED,)))
    texts = [shingles(words(dialogue), 4) for dialogue in accepted]
    assert max(float(jaccard(one, [other])[0]) for one, other in combinations(texts, 2)) < 0.3
    assert {dialogue.place.round for dialogue in accepted if dialogue.place} >= {1, 2}
    assert len(accepted) + len(rejected) >= 18
    before = {dialogue.id: dialogue.place for dialogue in accepted}
    for record in rejected:
        (answer,) = [ballot.answer for review in record.reviews for ballot in review.ballots]
        assert isinstance(answer, Verdict)
        named = next(place for id, place in before.items() if id in answer.findings[0].text)
        assert record.dialogue.place
        assert named
        assert named.round <= record.dialogue.place.round


@pytest.mark.parametrize("shape", [(), WAVES], ids=["rounds", "waves"])
async def test_started_again_and_again_it_says_the_same(tales: Path, tmp_path: Path, shape: tuple[str, ...]) -> None:
    """Each start has a critic that remembers nothing."""
    undisturbed = await made(tales, tmp_path / "undisturbed", *shape)
    output, rng, crashes, found = tmp_path / "crashing", Random(str(shape)), 0, b""
    while not found:
        try:
            found = await made(tales, output, *shape, on_event=CrashAt(Countdown(rng.randrange(40, 100))))
        except Crash:
            crashes += 1
    assert crashes >= 2
    assert found == undisturbed
    assert b'"outcome":"rejected"' in found


async def test_what_a_barrier_knows_by_id_is_what_it_reads(tales: Path, tmp_path: Path) -> None:
    await made(tales, tmp_path / "out")
    with Ledger.open(tmp_path / "out", write=False) as ledger:
        inside = next(ledger.records(rounds=(3,))).dialogue
        corpus = Accepted(ledger, 3, ledger.panel, [(0, inside.id)])
        earlier, settled = list(corpus.earlier()), list(corpus.settled())
        assert corpus.earlier_ids() == [dialogue.id for dialogue in earlier]
        assert corpus.settled_ids() == [dialogue.id for dialogue in settled]
        assert inside.id not in corpus.settled_ids()
        assert list(corpus.read(reversed(corpus.earlier_ids()))) == earlier[::-1]
        critic = Novelty()
        await critic.review_round([], corpus)
        assert len(critic._known) == len(earlier) + len(settled)


async def test_another_number_of_conversations_at_a_time_changes_nothing(tales: Path, tmp_path: Path) -> None:
    once = await made(tales, tmp_path / "once", *WAVES)
    assert await made(tales, tmp_path / "many", *WAVES, "concurrency=32") == once


async def test_on_rehearsal_it_runs_as_any_other_critic(tales: Path, tmp_path: Path) -> None:
    await made(tales, tmp_path / "out", "model=rehearsal", "rounds.dialogues=4")
    with Corpus.open(tmp_path / "out") as corpus:
        assert sum(corpus.ledger.count(rounds=(round,)) > 0 for round in (1, 2, 3)) == 3
        assert exported(corpus, tmp_path)
