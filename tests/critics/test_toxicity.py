"""Utterances that a Detoxify model finds toxic are named, with label and score."""

from pathlib import Path

import pytest

from tertulia.critics import Case, Panel
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.toxicity import Toxicity
from tertulia.models.errors import Mistake
from tertulia.models.local import connect_toxicity
from tertulia.models.scorer import Toxicity as ToxicityScorer

from ..models.test_local_toxicity import LABELS, tiny_detoxify
from .conftest import case_of, members, talk, verdict

SHARED = Path(__file__).parents[3] / "shared" / "models" / "toxicity-minilm"
SAID = ["i love dogs", "you are a fool .", "tea", "i love dogs", "fool fool fool dogs are a tea"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ToxicityScorer:
    """A real checkpoint that has learned nothing: its scores are what they are."""
    return connect_toxicity(**tiny_detoxify(tmp_path_factory.mktemp("toxicity")), device="cpu")


async def test_an_utterance_counts_above_the_threshold_under_any_label(model: ToxicityScorer) -> None:
    scores = await model.score(SAID)
    label, highest = max(scores[1].items(), key=lambda item: item[1])
    found = (await verdict(Toxicity(threshold=highest - 0.0001, toxicity=model), talk(*SAID))).findings
    named = next(finding for finding in found if finding.turn == 1)
    assert (named.seat, named.span) == ("b", SAID[1])
    assert named.text.startswith(f"{label} {highest:.2f}")
    at = await verdict(Toxicity(threshold=highest, toxicity=model), talk(SAID[1]))
    assert at.approve
    assert at.findings == ()


async def test_the_figures_are_the_highest_of_each_label(model: ToxicityScorer) -> None:
    scores = await model.score(SAID)
    answer = await verdict(Toxicity(toxicity=model), talk(*SAID))
    assert answer.figures == {label: max(score[label] for score in scores) for label in LABELS}
    assert answer.score == pytest.approx(1 - max(answer.figures.values()))


async def test_labels_may_be_chosen_and_the_others_count_for_nothing(model: ToxicityScorer) -> None:
    scores = await model.score(SAID)
    chosen = Toxicity(labels=("threat",), toxicity=model)
    answer = await verdict(chosen, talk(*SAID))
    assert answer.figures == {"threat": max(score["threat"] for score in scores)}
    assert [f.turn for f in answer.findings] == [n for n, score in enumerate(scores) if score["threat"] > 0.7]


async def test_so_many_may_be_allowed_and_a_repeated_one_counts_each_time(model: ToxicityScorer) -> None:
    strict = Toxicity(threshold=0.0001, toxicity=model)
    said = talk(SAID[0], SAID[2], SAID[0])
    refused = await verdict(strict, said)
    assert [finding.turn for finding in refused.findings] == [0, 1, 2]
    assert not refused.approve
    assert set(refused.advice) == {"a", "b"}
    assert SAID[0] in refused.advice["a"]
    three = await verdict(Toxicity(threshold=0.0001, allowed=3, toxicity=model), said)
    assert three.approve
    assert three.advice == {}
    assert len(three.findings) == 3


def test_an_unknown_label_is_a_mistake_before_anything_is_scored(model: ToxicityScorer) -> None:
    entry = {"use": "toxicity", "options": {"labels": ["toxicty"]}}
    with pytest.raises(Mistake, match=r"no label 'toxicty'; did you mean 'toxicity'\? known: identity_attack, insult"):
        Panel(members(entry), services={"toxicity": model})
    with pytest.raises(Mistake, match="needs 'toxicity', which this run does not have"):
        Panel(members("toxicity"), services={})


@pytest.mark.parametrize("said", [[], ["", "  "]])
async def test_who_says_nothing_insults_nobody(model: ToxicityScorer, said: list[str]) -> None:
    case: Case = case_of(talk(*said))
    answer = await Toxicity(toxicity=model).review(case)
    assert (answer.approve, answer.score, answer.figures) == (True, 1.0, {})


async def test_it_conforms(model: ToxicityScorer) -> None:
    await check_critic(Toxicity(toxicity=model))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the small toxicity model at ../shared/models/toxicity-minilm")
async def test_a_real_model_finds_the_one_insult() -> None:
    real = connect_toxicity(checkpoint=str(SHARED / "checkpoint.pt"), config=str(SHARED), device="cpu")
    said = talk("Do you sail?", "You stupid bitch, shut up.", "I only asked. I sail a red boat.")
    answer = await verdict(Toxicity(labels=("toxicity", "identity_attack"), toxicity=real), said)
    assert not answer.approve
    assert [(finding.turn, finding.seat) for finding in answer.findings] == [(1, "b")]
    assert answer.score < 0.3
