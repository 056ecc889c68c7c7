"""No topic takes more than its share of a round, whoever is settled already."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tertulia.agents import Dialogue
from tertulia.critics import Abstention, Verdict, Why
from tertulia.critics.conformance import check_corpus_critic
from tertulia.critics.experts.diversity import ADVICE, Diversity
from tertulia.models.local.lexical import LexicalEmbedder

from .conftest import Nobody, case_of, talk

TOPICS = {
    "b": ("My bread needs rye flour.", "Rye bread and a warm oven, then."),
    "s": ("We sail a red boat at sea.", "The sea was rough for the boat."),
    "c": ("Two grey cats sleep here.", "Cats and their whiskers!"),
    "m": ("The museum shows paintings.", "Paintings of a museum hall."),
    "t": ("Trains run late to Prague.", "Late trains, always Prague."),
}


class Counted(LexicalEmbedder):
    """Notes what is embedded."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return await super().embed(texts)


class Settled(Nobody):
    """What the round has accepted."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        self.dialogues = list(dialogues)

    def settled(self) -> Sequence[Dialogue]:
        return self.dialogues


CRITIC = Diversity(share=0.3, least=5, near=0.3, embedder=LexicalEmbedder())


def round_of(topics: str, prefix: str = "") -> list[Dialogue]:
    return [talk(*TOPICS[topic], f"Number {n}.", id=f"{prefix}{topic}{n}") for n, topic in enumerate(topics)]


async def review(critic: Diversity, topics: str, settled: str = "") -> list[Verdict]:
    corpus = Settled(round_of(settled, "old-"))
    answers = await critic.review_round([case_of(one) for one in round_of(topics)], corpus)
    assert all(isinstance(answer, Verdict) for answer in answers)
    return [answer for answer in answers if isinstance(answer, Verdict)]


def approved(answers: Iterable[Verdict]) -> str:
    return "".join("y" if answer.approve else "n" for answer in answers)


@pytest.mark.parametrize(
    ("topics", "settled", "expected"),
    [
        ("bscmtbbbbb", "", "yyyyyyynnn"),
        ("bbbb", "", "yyyy"),
        ("bbbscmt", "", "yynyyyy"),
        ("bscb", "bbsmtc", "yyyn"),
        ("", "bs", ""),
    ],
)
async def test_the_first_up_to_the_share_are_approved(topics: str, settled: str, expected: str) -> None:
    assert approved(await review(CRITIC, topics, settled)) == expected


async def test_a_rejection_names_the_first_of_its_topic_and_what_was_counted() -> None:
    answers = await review(CRITIC, "bscmtbbbbb")
    assert "one of 6 of 10" in answers[-1].findings[0].text
    assert "b0" in answers[-1].findings[0].text
    assert answers[-1].score == 0.5
    assert answers[-1].figures == {"topics": 5, "of its topic": 6}
    assert answers[-1].advice == {"a": ADVICE, "b": ADVICE}
    assert [answer.figures["topics"] for answer in answers[:5]] == [1, 2, 3, 4, 5]


async def test_where_all_is_about_the_same_it_is_noticed() -> None:
    """Less the mean of the round nothing is left of what they talk about."""
    assert approved(await review(CRITIC, "b" * 10)) == "yyynnnnnnn"


async def test_vectors_are_kept_from_barrier_to_barrier_and_change_no_answer() -> None:
    counted = Counted()
    critic = replace(CRITIC, embedder=counted)
    await review(critic, "bscmt")
    seen = len(counted.texts)
    corpus = Settled(round_of("bscmt"))
    cases = [case_of(one) for one in round_of("bbs", "new-")]
    answers = await critic.review_round(cases, corpus)
    assert len(counted.texts) - seen == 9
    assert answers == await CRITIC.review_round(cases, corpus)
    await review(critic, "m")
    assert len(critic._known) == 1


async def test_nothing_said_is_about_nothing() -> None:
    answers = await CRITIC.review_round([case_of(talk()), case_of(talk(" ", id="blank"))], Nobody())
    assert [answer.kind for answer in answers if isinstance(answer, Abstention)] == [Why.NOT_APPLICABLE] * 2


async def test_it_conforms() -> None:
    await check_corpus_critic(Diversity(least=1, share=0.1, embedder=LexicalEmbedder()))
