"""The check that plug-ins import lets good critics pass and finds what is wrong with others."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest

from tertulia.critics import Abstention, Case, CorpusCritic, Finding, Neighbours, Sees, Verdict, Why, create
from tertulia.critics.conformance import check_corpus_critic, check_critic, sample_dialogues
from tertulia.critics.critic import Critic
from tertulia.critics.member import PanelMember
from tertulia.critics.registry import BUILT_IN
from tertulia.critics.seating import needs, seat
from tertulia.models.local import connect_embedder, connect_toxicity
from tertulia.personas.consistency.lexical import LexicalNli

from ..models.test_local_toxicity import tiny_detoxify

TRAINED = {"classifier"}
"""Those that are nothing without a folder that was trained: their own tests ask whether they conform."""
MADE = {name: create(name) for name in sorted(set(BUILT_IN) - TRAINED)}
LOCAL = [name for name, critic in MADE.items() if "chat" not in needs(critic)]
YES = Verdict(True, 1.0)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Real ones: MiniLM, word lists, and a Detoxify model that has learned nothing."""
    toxicity = connect_toxicity(**tiny_detoxify(tmp_path_factory.mktemp("toxicity")), device="cpu")
    return {"embedder": connect_embedder(device="cpu"), "nli": LexicalNli(), "toxicity": toxicity}


@pytest.mark.parametrize("name", LOCAL)
async def test_the_built_in_critics_conform(name: str, services: dict[str, object]) -> None:
    check = check_corpus_critic if isinstance(MADE[name], CorpusCritic) else check_critic
    await check(seat(PanelMember(use=name), services).critic)


async def test_a_corpus_critic_that_speaks_up_conforms() -> None:
    await check_corpus_critic(create("openers", {"least": 1}))


def test_all_but_those_that_ask_a_language_model_are_checked() -> None:
    asking = {"faithfulness", "fed", "judge", "personality"}
    assert set(BUILT_IN) - set(LOCAL) == asking | TRAINED


def test_the_samples_hold_what_critics_stumble_over() -> None:
    samples = list(sample_dialogues())
    assert len({dialogue.id for dialogue in samples}) == len(samples)
    assert {len(dialogue.turns) for dialogue in samples} >= {0, 1, 50}
    assert {dialogue.language for dialogue in samples} > {"en", "ko"}


class Odd(Critic):
    """Answers as it is told."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def review(self, case: Case) -> Any:
        return self.answer(case)


class OddOnAll(Odd):
    """Sees every persona."""

    sees = Sees.ALL


def spoil(case: Case) -> Verdict:
    object.__setattr__(case, "turns", ())
    return YES


NUMBERS = count()


@pytest.mark.parametrize(
    ("critic", "text"),
    [
        (Odd(lambda case: True), "answered 'bool', neither a Verdict nor an Abstention"),
        (Odd(lambda case: case.turns[0] and YES), "nothing-said: IndexError"),
        (
            Odd(lambda case: Verdict(True, 1.0, (Finding("x", len(case.turns)),))),
            "one-turn: a finding names turn 1 of 1",
        ),
        (Odd(lambda case: Verdict(True, 1 / (1 + next(NUMBERS)))), "plain: another answer when asked again"),
        (Odd(spoil), "plain: the case was changed"),
        (Odd(lambda case: Abstention(Why.FAILED, "")), "it abstains without saying why"),
        (Odd(lambda case: Verdict(False, 0.0, (), {"zed": "Go."})), "the panel drops its advice for zed"),
        (OddOnAll(lambda case: Verdict(False, 0.0, (), {"seat-0": "Go."})), "the panel drops its advice for seat-0"),
    ],
)
async def test_what_is_wrong_is_named_with_its_dialogue(critic: Critic, text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        await check_critic(critic)


async def test_a_model_may_change_its_mind() -> None:
    await check_critic(Odd(lambda case: Verdict(True, 1 / (1 + next(NUMBERS)))), exact=False)


class OddRound(CorpusCritic):
    """Answers on a round as it is told."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    async def review_round(self, cases: Sequence[Case], corpus: Neighbours) -> Any:
        return self.answer(cases)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (lambda cases: [YES], "a round of 0: 1 answers"),
        (lambda cases: [None for _ in cases], "nothing-said: answered 'NoneType'"),
        (lambda cases: [YES for _ in cases if cases[0]] or cases[0], "a round of 0: IndexError"),
        (lambda cases: [Verdict(True, 1 / (1 + next(NUMBERS))) for _ in cases], "other answers when asked again"),
    ],
)
async def test_what_is_wrong_with_a_round_is_named(answer: Any, text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        await check_corpus_critic(OddRound(answer))
