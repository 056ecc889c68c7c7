import json
from pathlib import Path

import handmade as by
import pytest

from tertulia.console.card import bar, card
from tertulia.console.personas import list_personas, show_persona
from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, shelves

PEOPLE = """
- {id: ann-1, name: Ann, introduction: "Ann [smiles].", profile: ["I have two cats."]}
- {id: ann-2, name: Anna, profile: [{text: "My dog is Rex.", category: "Animal | Owned", entity: Rex}]}
- {id: bob, name: Bob, traits: {openness: 5, neuroticism: -3}, style: [informal], goal: "To sell [a boat]."}
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "people.yaml"
    path.write_text(PEOPLE)
    return str(path)


def test_a_file_is_listed(screen, file: str) -> None:
    assert list_personas(screen.console, file, False) == 0
    assert "3 personas" in " ".join(screen.text.split())
    assert "Ann [smiles]." in screen.text


def test_all_shipped_libraries_are_listed_by_default(screen) -> None:
    list_personas(screen.console, None, False)
    assert [f"library/{name}" in screen.text for name in shelves()] == [True] * len(shelves())
    assert max(map(len, screen.lines)) <= 80


def test_a_library_goes_by_its_short_name(screen, capsys) -> None:
    list_personas(screen.console, "everyday", True)
    assert len(json.loads(capsys.readouterr().out)) >= 100


def test_a_card_shows_everything_of_a_person(screen, file: str) -> None:
    show_persona(screen.console, "bob", file, False)
    text = screen.text
    assert "openness          ·····│█████ +5" in text
    assert "neuroticism       ··███│····· -3" in text
    assert "style: informal" in text
    assert "wants: To sell [a boat]." in text


def test_a_card_shows_what_was_added_to_a_person_in_the_making(screen, tmp_path: Path) -> None:
    said = {"text": "I come alive in [a] crowd.", "trait": "extraversion", "pole": "high"}
    ann = {
        "id": "p-1", "name": "Ann", "cleared_by": "nli:some/model, 0.9", "focus": "I ski.", "statements": [said, "So."],
        "style": ["warm", "plain"],
        "profile": ["I ski.", {"text": "I own a cat.", "category": "Possession | Animal", "origin": "assigned"},
                    {"text": "I am 30.", "category": "Age", "entity": "30", "origin": "generated"}],
    }  # fmt: skip
    file = tmp_path / "people.jsonl"
    file.write_text(json.dumps({"id": "p-0", "name": "Bo", "profile": [], "focus": ""}) + "\n" + json.dumps(ann) + "\n")
    show_persona(screen.console, "p-1", str(file), False)
    shown = " ".join(screen.text.replace("│", " ").split())
    assert "“I come alive in [a] crowd.” extraversion high" in shown
    assert "“So.”" in shown
    assert "style: warm, plain wants to let come up: I ski. cleared by: nli:some/model, 0.9" in shown
    assert "Possession | Animal (assigned)" in shown
    assert "Age (" not in shown
    assert show_persona(screen.console, "Bo", str(file), False) == 0
    assert "wants to let come up: nothing; no sentence fitted" in screen.text
    assert max(map(len, screen.lines)) <= 80


def test_a_profile_shows_what_it_is_about(screen, file: str) -> None:
    show_persona(screen.console, "Anna", file, False)
    assert "My dog is Rex." in screen.text
    assert "Animal | Owned" in screen.text


def test_the_beginning_of_an_id_is_enough_if_one_begins_so(screen, file: str) -> None:
    assert show_persona(screen.console, "bo", file, False) == 0
    with pytest.raises(Mistake, match="may be any of 2: give an id, such as ann-1, ann-2"):
        show_persona(screen.console, "ann", file, False)


def test_a_whole_name_comes_before_the_beginning_of_one(screen, file: str) -> None:
    show_persona(screen.console, "Ann", file, False)
    assert "I have two cats." in screen.text


def test_nobody_of_that_name(screen, file: str) -> None:
    with pytest.raises(Mistake, match="did you mean 'ann-1'"):
        show_persona(screen.console, "ann-l", file, False)


def test_bars_reach_from_pole_to_pole() -> None:
    assert [bar(level).plain for level in (-5, 0, 5)] == ["█████│·····", "·····│·····", "·····│█████"]


def test_a_person_without_a_profile_has_a_card(screen) -> None:
    bare, loud = by.persona("[Bo]"), by.persona("Lou", traits=BigFive())
    assert "nothing but the name is public" in screen.draw(card(bare), card(loud))
