"""The figures in the docs of the critics that read words (Synthetic-Persona-Chat, validation split)."""

from pathlib import Path

import pytest

from tertulia.agents import Dialogue
from tertulia.corpus.formats import read_dialogues
from tertulia.critics import Abstention, Verdict, create
from tertulia.critics.case import cases
from tertulia.critics.experts.openers import Openers

from .conftest import Nobody

FILE = Path(__file__).parents[3] / "shared" / "data" / "synthetic_persona_chat_valid.csv"

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the data set is not at {FILE}")


@pytest.fixture(scope="module")
def published() -> list[Dialogue]:
    return list(read_dialogues(FILE))


async def rejected(use: str, dialogues: list[Dialogue], **options: object) -> list[tuple[int, Verdict]]:
    """(number of the dialogue, verdict) of each rejection."""
    critic = create(use, options)
    answers = [(n, await critic.review(case)) for n, d in enumerate(dialogues, 1) for case in cases(d, critic.sees)]  # type: ignore[union-attr]
    return [(number, answer) for number, answer in answers if isinstance(answer, Verdict) and not answer.approve]


@pytest.mark.parametrize(
    ("use", "count"), [("structure", 442), ("copy-paste", 55), ("repetition", 122), ("pleasantries", 39)]
)
async def test_so_many_are_rejected(published: list[Dialogue], use: str, count: int) -> None:
    assert len(await rejected(use, published)) == count


async def test_chat_is_informal_and_hardly_ever_polite(published: list[Dialogue]) -> None:
    assert len(await rejected("style", published)) == 2
    assert len(await rejected("style", published, register="polite")) == 997


async def test_one_dialogue_is_in_spanish_and_no_other_is_taken_for_it(published: list[Dialogue]) -> None:
    [(number, verdict)] = await rejected("language", published)
    assert number == 558
    assert [finding.turn for finding in verdict.findings] == [1, 2, 3, 4, 5, 8, 9, 10, 11]
    long = [len(turn.text.split()) >= 6 for turn in published[557].turns[1:]]
    assert sum(long) == 12


async def test_openers_of_all_as_one_round(published: list[Dialogue]) -> None:
    critic = Openers()
    answers = await critic.review_round([cases(dialogue, critic.sees)[0] for dialogue in published], Nobody())
    approved = [answer for answer in answers if isinstance(answer, Verdict) and answer.approve]
    assert (len(approved), sum(isinstance(answer, Abstention) for answer in answers)) == (477, 3)
