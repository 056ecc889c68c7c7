"""What people are like: statements, levels in words, facets of style, and who gets which personality."""

from collections import Counter
from itertools import product
from pathlib import Path
from random import Random

import pytest

from tertulia.models.errors import Mistake
from tertulia.personas import BigFive, Persona, Trait, read_personas, write_personas
from tertulia.personas.persona import Statement
from tertulia.personas.personality.facet import FACETS, contradiction, drawn, meanings
from tertulia.personas.personality.level import told
from tertulia.personas.personality.manner import manner
from tertulia.personas.personality.setting import Setting
from tertulia.personas.personality.statements import read_statements
from tertulia.personas.traits import Pole

STATEMENTS = read_statements()
PEOPLE = tuple(Persona(name=name, style=("dry", "formal")) for name in ("Ann", "Bo"))
SEATS = ("a", "b")


def test_every_pole_has_a_dozen_statements_and_none_stands_twice() -> None:
    assert set(STATEMENTS) == set(product(Trait, Pole))
    assert min(len(pole) for pole in STATEMENTS.values()) >= 12
    texts = Counter(statement.text for pole in STATEMENTS.values() for statement in pole)
    assert max(texts.values()) == 1
    assert all(s.trait is trait and s.pole is pole for (trait, pole), found in STATEMENTS.items() for s in found)


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text)
    return path


def test_a_pole_of_a_users_file_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    mine = read_statements(written(tmp_path, "extraversion:\n  high: [I sing in lifts.]\n"))
    assert [s.text for s in mine[Trait.EXTRAVERSION, Pole.HIGH]] == ["I sing in lifts."]
    assert mine[Trait.EXTRAVERSION, Pole.LOW] == STATEMENTS[Trait.EXTRAVERSION, Pole.LOW]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("extravertion:\n  high: [I sing.]\n", 1, "did you mean 'extraversion'?"),
        ("openness:\n  hihg: [I sing.]\n", 2, "did you mean 'high'?"),
        ("openness:\n  high: []\n", 2, "write a list of statements"),
        ("openness:\n  high: I sing.\n", 2, "write a list of statements"),
        ("openness: [I sing.]\n", 1, "`high:` and `low:`"),
        ("openness:\n  high:\n    - I sing.\n    - ''\n", 4, "no statement"),
        ("openness:\n  high:\n    - I sing.\n    - I  sing.\n", 4, "stands in line 3 already"),
        ("openness:\n  high:\n    - {I: sing}\n", 3, "no statement"),
        ("openness:\n  high: [I sing.]\n  high: [I hum.]\n", 3, "stands in line 2 already"),
        (f"openness:\n  high:\n    - {'I sing. ' * 2000}\n", 3, "a statement has at most 300"),
        ("openness:\n  high: ['I sing.\n", 3, "broken YAML"),
        ("- I sing.\n", 1, "no statements"),
        ("", 1, "no statements"),
    ],
)
def test_a_mistake_in_a_file_of_statements_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(Mistake) as caught:
        read_statements(path)
    assert any(told.startswith(f"{path}:{line}: ") and what in told for told in str(caught.value).splitlines())


def test_a_level_is_told_in_words_with_its_number_and_an_average_one_is_not() -> None:
    lines = list(told(BigFive(openness=5, extraversion=-4, agreeableness=1, neuroticism=-2)))
    assert [line.split()[0] for line in lines] == ["extremely", "very", "slightly", "somewhat"]
    assert lines[1].startswith("very quiet and withdrawn (extraversion -4): ")
    assert lines[2].endswith("(agreeableness +1)")
    assert not list(told(BigFive()))
    every = [line for level in range(-5, 6) for line in told(BigFive(openness=level))]
    assert len(set(every)) == 10


def test_known_ways_of_talking_are_explained_and_opposites_exclude_one_another() -> None:
    assert {word for facet in FACETS for word in facet} == set(manner().meanings)
    assert [word for word, _ in meanings(["Formal", "dry"])] == ["Formal"]
    assert "'formal' and 'informal'" in contradiction(["informal", "dry", "Formal "])
    assert not contradiction(["formal", "warm", "plain", "reserved", "in riddles"])


def test_a_random_style_takes_sides_keeps_free_words_and_leaves_what_everybody_is_asked_for() -> None:
    styles = {drawn(("dry", "formal"), Random(seed), taken=("informal",)) for seed in range(200)}
    words = {word for style in styles for word in style}
    assert words == {"dry", *manner().meanings} - {"formal", "informal"}
    assert all(len(style) == 3 and "dry" in style and not contradiction(style) for style in styles)


def test_contradicting_styles_in_a_file_are_named_with_their_line(tmp_path: Path) -> None:
    path = written(tmp_path, "- name: Ann\n- name: Bo\n  profile: [I hum.]\n  style: [formal, informal]\n")
    with pytest.raises(Mistake, match=r"mine\.yaml:4: style: 'formal' and 'informal' contradict each other"):
        list(read_personas(path))


@pytest.mark.parametrize("suffix", ["yaml", "jsonl"])
def test_statements_and_focus_are_kept_in_a_file(tmp_path: Path, suffix: str) -> None:
    statement = Statement(text="I hum.", trait=Trait.OPENNESS, pole=Pole.HIGH)
    person = Persona(name="Ann", profile=("I sew.",), statements=(statement, Statement(text="I nod.")), focus="I sew.")
    write_personas([person], tmp_path / f"p.{suffix}")
    assert list(read_personas(tmp_path / f"p.{suffix}")) == [person]


def test_all_pairings_come_in_turn_each_with_a_statement_of_its_pole() -> None:
    setting = Setting((Trait.EXTRAVERSION,), STATEMENTS, "pairings", magnitude=3)
    jobs = [setting.cast(PEOPLE, SEATS, seed=1, round=1, index=index) for index in range(8)]
    levels = [tuple(p.traits.level(Trait.EXTRAVERSION) if p.traits else 0 for p in job) for job in jobs]
    assert levels == [(3, 3), (3, -3), (-3, 3), (-3, -3)] * 2
    for person in (person for job in jobs for person in job):
        (statement,) = person.statements
        assert person.traits
        pole = Pole.HIGH if person.traits.extraversion > 0 else Pole.LOW
        assert statement in STATEMENTS[Trait.EXTRAVERSION, pole]
    assert len({person.statements for job in jobs for person in job}) > 6


def test_several_traits_each_go_through_all_pairings_and_not_in_step() -> None:
    setting = Setting(tuple(Trait), STATEMENTS, "pairings")
    jobs = [setting.cast(PEOPLE, SEATS, seed=1, round=1, index=index) for index in range(64)]
    ways: dict[Trait, list[tuple[int, ...]]] = {
        trait: [tuple(p.traits.level(trait) for p in job if p.traits) for job in jobs] for trait in Trait
    }
    for found in ways.values():
        assert all(len(set(found[at : at + 4])) == 4 for at in range(0, 64, 4))
    assert len({tuple(found) for found in ways.values()}) == 5
    assert len(set(zip(ways[Trait.OPENNESS], ways[Trait.NEUROTICISM], strict=True))) > 12


def test_chance_gives_either_pole_or_any_level_and_a_level_of_0_no_statement() -> None:
    def levels(kind: str, magnitude: int = 4) -> Counter[int]:
        setting = Setting((Trait.OPENNESS,), STATEMENTS, kind, magnitude)  # type: ignore[arg-type]
        jobs = [setting.cast(PEOPLE, SEATS, seed=3, round=2, index=index) for index in range(200)]
        people = [person for job in jobs for person in job]
        assert all(bool(p.statements) == bool(p.traits and p.traits.openness) for p in people)
        return Counter(person.traits.openness for person in people if person.traits)

    poles, any_level = levels("pole", 2), levels("level")
    assert set(poles) == {2, -2}
    assert min(poles.values()) > 150
    assert set(any_level) == set(range(-5, 6))


def test_what_a_seat_gets_depends_on_its_place_alone() -> None:
    setting = Setting((Trait.OPENNESS, Trait.NEUROTICISM), STATEMENTS, "level", facets=True)
    others = setting.cast((PEOPLE[1], PEOPLE[0]), ("x", "a"), seed=5, round=1, index=7)
    again = setting.cast(PEOPLE, SEATS, seed=5, round=1, index=7)
    assert (again[0].traits, again[0].statements, again[0].style) == (
        others[1].traits,
        others[1].statements,
        others[1].style,
    )
    assert setting.cast(PEOPLE, SEATS, seed=5, round=1, index=8) != again


def test_a_statement_of_another_trait_stays() -> None:
    own = Statement(text="I nod.", trait=Trait.AGREEABLENESS, pole=Pole.HIGH)
    old = Statement(text="I hide.", trait=Trait.EXTRAVERSION, pole=Pole.LOW)
    people = (Persona(name="Ann", statements=(own, old)), PEOPLE[1])
    ann, _ = Setting((Trait.EXTRAVERSION,), STATEMENTS).cast(people, SEATS, seed=1, round=1, index=0)
    assert own in ann.statements
    assert old not in ann.statements
    assert len(ann.statements) == 2
