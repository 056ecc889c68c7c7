"""No model is tested on what it has learned from."""

from collections.abc import Sequence
from dataclasses import replace
from json import dumps
from pathlib import Path

import pytest

from tertulia.agents import Dialogue
from tertulia.corpus.formats.provenance import Provenance
from tertulia.corpus.record import Record
from tertulia.models.errors import Mistake
from tertulia.training.data.material import gather
from tertulia.training.evaluation.unseen import Trained, material_for
from tertulia.training.methods.personalities import personalities
from tertulia.training.taught import SPLIT, Taught

from ..methods.readings import assessed
from .people import dialogue, dialogues


def written(path: Path, talks: Sequence[Dialogue]) -> str:
    with path.open("wb") as file:
        Provenance(path).write([Record(talk) for talk in talks], file)
    return str(path)


def talk(number: int, first: int | None = None) -> Dialogue:
    """By two people of its own; `first`: with the first person of another one."""
    found = dialogue(number)
    if first is None:
        return found
    return replace(found, cast=(dialogue(first).cast[0], found.cast[1]))


def trained(folder: Path, source: str, label: str = "model", digest: str = "", **parts: Sequence[int]) -> Trained:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SPLIT).write_text(dumps({part: [f"d{number}" for number in ids] for part, ids in parts.items()}))
    digest = digest or gather(source).digest
    taught = Taught("sft", "scratch:tiny", "", (source,), digest, {}, results={"steps": 1})
    return Trained(label, folder, taught)


@pytest.fixture
def six(tmp_path: Path) -> str:
    return written(tmp_path / "talks.jsonl", [talk(number) for number in range(6)])


def ids(dialogues: Sequence[Dialogue]) -> list[str]:
    return [dialogue.id for dialogue in dialogues]


def test_without_a_name_it_is_the_test_part_of_the_first_model(tmp_path: Path, six: str) -> None:
    models = [trained(tmp_path / str(n), six, train=[0, 1], validation=[2], test=[3 + n, 5]) for n in (0, 1)]
    found = material_for(models, ())
    assert ids(found.dialogues) == ["d3", "d5"]
    assert found.source == f"the test part of {six}"
    assert found.notes == ()


def test_what_any_of_the_models_has_learned_from_is_left_out_and_counted(tmp_path: Path, six: str) -> None:
    models = [
        trained(tmp_path / "a", six, train=[0, 1], validation=[2], test=[3]),
        trained(tmp_path / "b", six, train=[5], validation=[], test=[3]),
    ]
    found = material_for(models, [six])
    assert ids(found.dialogues) == ["d3", "d4"]
    assert found.notes[0].startswith("4 of 6 dialogues are left out")


def test_a_profile_leaks_and_so_does_a_text_in_another_file(tmp_path: Path, six: str) -> None:
    model = trained(tmp_path / "a", six, train=[0, 1], validation=[2], test=[3])
    same_words = replace(talk(4), id="x", turns=talk(1).turns)
    other = written(tmp_path / "other.jsonl", [talk(7, first=0), same_words, talk(8)])
    found = material_for([model], [other])
    assert ids(found.dialogues) == ["d8"]
    assert found.notes[0].startswith("2 of 3")


def test_two_sources_are_one_test_set_that_knows_its_parts(tmp_path: Path, six: str) -> None:
    model = trained(tmp_path / "a", six, train=[0, 1], validation=[2], test=[3])
    other = written(tmp_path / "other.jsonl", [talk(8), talk(5)])
    found = material_for([model], [six, other])
    assert ids(found.dialogues) == ["d3", "d4", "d5", "d8"]
    assert found.parts["other.jsonl"] == {"d8"}
    assert found.source == f"{six}, {other}"
    same_id = written(tmp_path / "third.jsonl", [replace(talk(9), id="d4")])
    assert ids(material_for([model], [six, same_id]).dialogues) == ["d3", "d4", "d5", "d4~2"]


def test_a_limit_draws_by_the_seed(tmp_path: Path) -> None:
    many = written(tmp_path / "many.jsonl", [talk(number) for number in range(40)])
    first, again, other = (ids(material_for([], [many], limit=5, seed=seed).dialogues) for seed in (0, 0, 1))
    assert first == again != other
    assert len(first) == 5
    assert material_for([], [many], limit=5).notes == ("5 of 40 dialogues, drawn at random (--limit)",)


def test_where_nothing_is_left_it_says_so(tmp_path: Path, six: str) -> None:
    model = trained(tmp_path / "a", six, train=range(6), validation=[], test=[])
    with pytest.raises(Mistake, match=r"of 6 dialogues none is left.*by --on RUN or --on FILE"):
        material_for([model], [six])
    with pytest.raises(Mistake, match="kept no dialogue for a test"):
        material_for([model], ())
    with pytest.raises(Mistake, match="no model here was trained"):
        material_for([], ())


def of_levels(folder: Path, source: str, **parts: Sequence[int]) -> Trained:
    """A hypernetwork's folder, whose record is of trait levels, too."""
    made = trained(folder, source, digest=personalities(source).digest, **parts)
    return replace(made, taught=replace(made.taught, method="hypernet"))


def test_what_a_hypernetwork_has_learned_from_is_known_again(tmp_path: Path) -> None:
    source = written(tmp_path / "talks.jsonl", dialogues(6))
    model = of_levels(tmp_path / "a", source, train=[0, 1], validation=[2], test=[3, 4])
    found = material_for([model], ())
    assert ids(found.dialogues) == ["d3", "d4"]
    assert found.notes == ()
    assert all(member.persona.traits for talk in found.dialogues for member in talk.cast)
    written(Path(source), dialogues(6, shy=-1))
    with pytest.raises(Mistake, match="gone or has changed"):
        material_for([model], ())


def test_a_set_of_assessed_dialogues_is_asked_with_the_levels_that_were_read(tmp_path: Path) -> None:
    source = assessed(dialogues(6), tmp_path / "set.jsonl")
    model = of_levels(tmp_path / "a", source, train=[0, 1], validation=[2], test=[3, 4])
    for found in (material_for([model], ()), material_for([model], [source], limit=2)):
        assert found.source.endswith(source)
        cast = [member.persona for talk in found.dialogues for member in talk.cast]
        assert [persona.traits and persona.traits.extraversion for persona in cast] == [-3, 4] * 2
        assert not any(persona.profile for persona in cast)  # it was an id
    assert set(ids(material_for([model], [source]).dialogues)) == {"d3", "d4", "d5"}


def test_the_format_of_the_test_set_is_not_that_of_what_a_model_has_learned_from(tmp_path: Path, six: str) -> None:
    model = trained(tmp_path / "a", six, train=[0, 1], test=[3])
    other = tmp_path / "other.txt"
    other.write_text("Ann: Hello.\nBob: Hello, Ann.\n", encoding="utf-8")
    found = material_for([model], [str(other)], "script")
    assert len(found.dialogues) == 1
    assert found.notes == ()


def test_material_that_is_gone_or_has_changed_can_t_be_tested_on_and_is_told_of(tmp_path: Path, six: str) -> None:
    model = trained(tmp_path / "a", six, train=[0], validation=[], test=[1])
    other = written(tmp_path / "other.jsonl", [talk(0), talk(8)])
    written(Path(six), [talk(number) for number in range(5)])
    with pytest.raises(Mistake, match=r"gone or has changed.*put it back, or name the dialogues"):
        material_for([model], ())
    found = material_for([model], [other])
    assert ids(found.dialogues) == ["d8"]
    assert "may have seen these dialogues" in found.notes[1]
    Path(six).unlink()
    assert ids(material_for([model], [other]).dialogues) == ["d8"]


def test_a_folder_without_its_split_is_no_ground(tmp_path: Path, six: str) -> None:
    model = trained(tmp_path / "a", six, train=[0], test=[1])
    (tmp_path / "a" / SPLIT).unlink()
    with pytest.raises(Mistake, match=r"copy it from the folder .* or train again"):
        material_for([model], [six])
