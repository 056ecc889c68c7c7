"""Is the shipped library fit to be shipped?"""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from tertulia.critics.overlap import token_f1
from tertulia.personas import Persona, Trait, people, shipped

EVERYDAY = people("library/everyday", Path())


def exemplars() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(shipped("exemplars").read_text(encoding="utf-8"))
    return found


def persona_of(seat: dict[str, Any]) -> Persona:
    given = seat["persona"]
    if isinstance(given, str):
        return next(persona for persona in EVERYDAY if persona.id == given)
    return Persona.model_validate(given)


def test_there_are_a_hundred_people_and_no_two_alike() -> None:
    assert len(EVERYDAY) >= 100
    for what in ([p.id for p in EVERYDAY], [p.name for p in EVERYDAY], [s for p in EVERYDAY for s in p.sentences]):
        assert [thing for thing, count in Counter(what).items() if count > 1] == []


@pytest.mark.parametrize("persona", EVERYDAY, ids=lambda persona: persona.id)
def test_each_is_whole(persona: Persona) -> None:
    assert 4 <= len(persona.profile) <= 6
    assert persona.introduction.endswith(".")
    assert persona.traits is not None
    assert persona.language == "en"
    for sentence in persona.profile:
        assert sentence.category
        assert sentence.entity
        assert sentence.entity in sentence.text
        assert sentence.text not in persona.introduction


def test_traits_and_categories_vary() -> None:
    for trait in Trait:
        levels = Counter(persona.traits.level(trait) for persona in EVERYDAY if persona.traits)
        assert len(levels) >= 7
        assert min(levels) <= -2
        assert max(levels) >= 3
        assert max(levels.values()) <= 0.35 * len(EVERYDAY)
    categories = Counter(sentence.category for persona in EVERYDAY for sentence in persona.profile)
    assert len(categories) >= 40
    assert max(categories.values()) <= 0.25 * sum(categories.values())


def test_exemplars_alternate_and_copy_nothing() -> None:
    dialogues = exemplars()
    assert len(dialogues) == len({dialogue["id"] for dialogue in dialogues}) == 10
    for dialogue in dialogues:
        seats = [seat["seat"] for seat in dialogue["cast"]]
        spoken = [turn["seat"] for turn in dialogue["turns"]]
        assert dialogue["setting"].strip()
        assert len(set(seats)) == len(seats) == 2
        assert set(spoken) == set(seats)
        assert all(first != second for first, second in pairwise(spoken))


def test_exemplars_recite_no_profile() -> None:
    for dialogue in exemplars():
        for seat in dialogue["cast"]:
            for sentence in persona_of(seat).sentences:
                for turn in dialogue["turns"]:
                    assert token_f1(sentence, turn["text"]) < 0.8, (dialogue["id"], sentence, turn["text"])


def test_nobody_of_the_exemplars_is_in_the_library() -> None:
    cast = [persona_of(seat) for dialogue in exemplars() for seat in dialogue["cast"]]
    assert len({persona.id for persona in cast}) == len(cast)
    for what in ("id", "name", "sentences"):
        assert not {getattr(persona, what) for persona in cast} & {getattr(persona, what) for persona in EVERYDAY}
