"""What the critics find in published data, beside the known figures (Synthetic-Persona-Chat, validation split)."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Member, Turn
from tertulia.critics import Abstention, Critic, Sees, Verdict
from tertulia.critics.case import cases
from tertulia.critics.experts.copy_paste import CopyPaste
from tertulia.critics.experts.openers import first_word
from tertulia.critics.experts.persona_bleed import PersonaBleed
from tertulia.critics.experts.structure import Structure
from tertulia.personas import Persona

FILE = Path(__file__).parents[3] / "shared" / "data" / "synthetic_persona_chat_valid.csv"
BLEEDS = Path(__file__).parents[2] / "benchmarks" / "bleeds.py"
LINE = re.compile(r"\W*user ([12])\)?\s*:\**\s*(.*)", re.IGNORECASE)

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the data set is not at {FILE}")


@pytest.fixture(scope="module")
def published() -> list[Dialogue]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return [dialogue(str(number), list(row.values())) for number, row in enumerate(csv.DictReader(file))]


def dialogue(id: str, cells: Sequence[str]) -> Dialogue:
    profiles = [tuple(filter(None, map(str.strip, cell.splitlines()))) for cell in cells[:2]]
    cast = tuple(Member(str(n), Persona(name=f"User {n}", profile=profile)) for n, profile in enumerate(profiles, 1))
    found = filter(None, map(LINE.match, cells[2].splitlines()))
    return Dialogue(id, cast, tuple(Turn(match[1], match[2].strip()) for match in found))


async def verdicts(critic: Critic, dialogues: Sequence[Dialogue]) -> list[list[Verdict | Abstention]]:
    return [[await critic.review(case) for case in cases(dialogue, critic.sees)] for dialogue in dialogues]


def share(claims: Sequence[bool]) -> float:
    return 100 * sum(claims) / len(claims)


def kinds(answer: Verdict | Abstention) -> set[str]:
    return {finding.text.partition(":")[0] for finding in answer.findings} if isinstance(answer, Verdict) else set()


async def test_a_third_of_the_dialogues_holds_placeholders(published: list[Dialogue]) -> None:
    found = [kinds(answer) for [answer] in await verdicts(Structure(), published)]
    assert share(["placeholder" in flaws for flaws in found]) == pytest.approx(33.5, abs=2)
    assert share(["alternation" in flaws for flaws in found]) == pytest.approx(2, abs=1)
    assert share([bool(flaws - {"placeholder", "blank"}) for flaws in found]) < 6


async def test_a_fifth_of_the_sides_copies_a_profile_sentence(published: list[Dialogue]) -> None:
    assert CopyPaste.sees is Sees.OWN_PERSONAS
    sides = [answer for answers in await verdicts(CopyPaste(), published) for answer in answers]
    assert 15 <= share([isinstance(side, Verdict) and bool(side.findings) for side in sides]) <= 22


def test_most_dialogues_begin_with_a_greeting(published: list[Dialogue]) -> None:
    words = [first_word(dialogue.turns) for dialogue in published]
    assert share([word in ("hi", "hello", "hey") for word in words]) == pytest.approx(82, abs=2)
    assert share([word in ("hi", "hello") for word in words]) == pytest.approx(70, abs=2)


async def test_one_context_for_both_speakers_bleeds(published: list[Dialogue]) -> None:
    answers = [answer for [answer] in await verdicts(PersonaBleed(), published)]
    assert 25 <= share([isinstance(answer, Verdict) and not answer.approve for answer in answers]) <= 29


def test_bleeds_are_found_as_the_documentation_says() -> None:
    command = [sys.executable, str(BLEEDS), "--method", "lexical", "--half", "test", "--data", str(FILE)]
    measured = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    figures = measured["lexical"]["test"]
    assert (figures["dialogues"], figures["bleeds"]) == (110, 37)
    assert figures["precision"] >= 0.68
    assert figures["recall"] >= 0.7
