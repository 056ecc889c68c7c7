"""Are personas found where a scenario says they are?"""

from pathlib import Path

import pytest

from tertulia.models.errors import Mistake
from tertulia.personas import people, shelves, shipped, write_personas
from tertulia.personas.persona import Persona


def test_a_shipped_library_has_two_names() -> None:
    assert shipped("everyday") == shipped("library/everyday")
    assert "everyday" in shelves()
    assert len(people("library/everyday", Path("/nowhere"))) >= 100


def test_an_unknown_library_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Mistake, match=r"'library/evryday'; did you mean 'everyday'\? known: .*everyday"):
        people("library/evryday", Path.cwd())


def test_dialogues_are_no_personas() -> None:
    with pytest.raises(Mistake, match="holds dialogues, not personas; known: library/everyday"):
        people("library/exemplars", Path.cwd())


def test_the_folder_of_the_scenario_comes_before_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, here = tmp_path / "scenario", tmp_path / "here"
    for folder in (beside, here):
        folder.mkdir()
        write_personas([Persona(name=folder.name)], folder / "both.yaml")
    write_personas([Persona(name="only")], here / "only.yaml")
    monkeypatch.chdir(here)
    assert people("both.yaml", beside)[0].name == "scenario"
    assert people("only.yaml", beside)[0].name == "only"
    with pytest.raises(Mistake) as caught:
        people("none.yaml", beside)
    assert str(beside / "none.yaml") in str(caught.value)
    assert str(here / "none.yaml") in str(caught.value)
    with pytest.raises(Mistake, match="is a folder"):
        people("scenario", tmp_path)


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    write_personas([Persona(name="Ann")], path)
    first = people("people.jsonl", tmp_path)
    assert people(str(path), Path.cwd()) is first
    write_personas([Persona(name="Ann"), Persona(name="Bob")], path)
    assert [persona.name for persona in people("people.jsonl", tmp_path)] == ["Ann", "Bob"]
