"""A profile that its speaker's words reflect is told from one that they don't, or only recite."""

from dataclasses import replace
from pathlib import Path

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Panel, Sees, Why
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.coverage import Coverage
from tertulia.models.errors import Mistake
from tertulia.models.local import connect_embedder, connect_nli
from tertulia.personas.consistency.lexical import LexicalNli

from ..models.test_local_inference import tiny_bert
from .conftest import ANN, BO, case_of, members, talk, verdict

SHARED = Path(__file__).parents[3] / "shared" / "models" / "nli-minilm"
SAID = ("What do you do?", "Not much. And you?", "I sketch birds at the museum all day.", "That's great!")


def coverage(**options: object) -> Coverage:
    return Coverage(embedder=connect_embedder(device="cpu"), **options)  # type: ignore[arg-type]


def focused(dialogue: Dialogue, focus: str | None) -> Dialogue:
    """The first speaker is to let that come up."""
    first, *others = dialogue.cast
    persona = first.persona.model_copy(update={"focus": focus})
    return replace(dialogue, cast=(replace(first, persona=persona), *others))


async def test_the_score_is_the_share_that_is_reflected() -> None:
    answer = await verdict(coverage(), talk(*SAID))
    assert (answer.approve, answer.score, answer.advice) == (True, 0.5, {})
    assert answer.figures == {"a/sentences": 2, "a/sentences reflected": 1}
    strict = await verdict(coverage(least=0.6), talk(*SAID))
    assert not strict.approve
    (missing,) = strict.findings
    assert (missing.sentence, missing.turn, missing.seat) == (ANN[1], None, "a")
    assert ANN[1] in strict.advice["a"]
    assert ANN[0] not in strict.advice["a"]


async def test_who_shows_nothing_of_itself_is_refused() -> None:
    answer = await verdict(coverage(), talk(*SAID), at=1)
    assert (answer.approve, answer.score) == (False, 0.0)
    assert [finding.sentence for finding in answer.findings] == list(BO)


async def test_a_copy_reflects_nothing_implicitly() -> None:
    recited = await verdict(coverage(), talk(ANN[0], "Oh."))
    assert (recited.approve, recited.score) == (False, 0.0)
    finding = recited.findings[0]
    assert (finding.turn, finding.sentence, finding.span) == (0, ANN[0], ANN[0])
    assert "recited" in finding.text
    assert (await verdict(coverage(copied=1.0), talk(f"Well, {ANN[0]}"))).score == 0.5
    assert (await verdict(coverage(), talk(ANN[0], "Oh.", "Yes, I sketch birds at the museum."))).score == 0.5


async def test_what_is_asked_or_said_by_the_other_does_not_count() -> None:
    assert (await verdict(coverage(), talk("Do you sketch birds at the museum?", SAID[2]))).score == 0.0


async def test_only_the_selected_sentence_counts() -> None:
    boat, birds = focused(talk(*SAID), ANN[1]), focused(talk(*SAID), ANN[0])
    assert (await verdict(coverage(), boat)).score == 0.0
    assert (await verdict(coverage(), birds)).score == 1.0
    assert (await verdict(coverage(focus=False), boat)).score == 0.5
    none_fits = await coverage().review(case_of(focused(talk(*SAID), ""), Sees.OWN_PERSONAS))
    assert isinstance(none_fits, Abstention)
    assert none_fits.kind is Why.NOT_APPLICABLE


async def test_without_profile_or_words_of_the_language_it_abstains() -> None:
    for dialogue in (talk(*SAID, profiles=((), BO)), talk(*SAID, language="eo")):
        answer = await coverage().review(case_of(dialogue, Sees.OWN_PERSONAS))
        assert isinstance(answer, Abstention)
        assert answer.kind is Why.NOT_APPLICABLE


async def test_entailment_may_decide_instead() -> None:
    said = talk("I have two old grey cats and a dog.", profiles=(("I have two cats.", "I am a nurse."), BO))
    answer = await verdict(Coverage(method="nli", nli=LexicalNli()), said)
    assert answer.score == 0.5
    Panel(members({"use": "coverage", "options": {"method": "nli"}}), services={"nli": LexicalNli()})
    with pytest.raises(Mistake, match="needs 'embedder'"):
        Panel(members("coverage"), services={"nli": LexicalNli()})


def test_a_model_that_tells_contradictions_alone_is_refused(tmp_path: Path) -> None:
    two = connect_nli(str(tiny_bert(tmp_path / "two", num_labels=2)), device="cpu")
    with pytest.raises(Mistake, match=r"finds contradictions alone.*`method: embedder`"):
        Panel(members({"use": "coverage", "options": {"method": "nli"}}), services={"nli": two})


async def test_it_conforms() -> None:
    await check_critic(coverage())
    await check_critic(Coverage(method="nli", nli=LexicalNli()))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the small NLI model at ../shared/models/nli-minilm")
async def test_a_real_model_finds_what_is_entailed() -> None:
    critic = Coverage(method="nli", nli=connect_nli(str(SHARED), device="cpu"))
    said = talk("My two cats woke me up at five.", profiles=(("I have pets.", "I sail a boat."), BO))
    assert (await verdict(critic, said)).score == 0.5
