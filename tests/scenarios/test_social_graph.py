"""People who know one another: only they meet, both are told, and nobody learns more than what is public."""

from itertools import combinations
from pathlib import Path

import pytest
from fakes import Countdown, Crash, CrashAt, asked, cafe, exported, loaded

from tertulia.console.auditing import audited
from tertulia.corpus.formats import export
from tertulia.corpus.formats.importing import read_dialogues
from tertulia.models.errors import Mistake
from tertulia.models.request import Kind
from tertulia.personas.meeting.acquaintance import SocialGraph
from tertulia.scenarios.casting import Casting
from tertulia.scenarios.event import JobDone, Paired
from tertulia.scenarios.fingerprint import making
from tertulia.scenarios.knowing import social_graph
from tertulia.scenarios.loading import load
from tertulia.scenarios.scenario import Scenario
from tertulia.scenarios.simulation import simulate

PEOPLE = """
- {id: ann, name: Ann, introduction: Ann carries a cello., profile: [I dream of snow.], goal: To be left alone.}
- {id: bo, name: Bo, relation: Bo runs the bakery., profile: [I count my steps.]}
- {id: cy, name: Cy, profile: [I hide a second phone.]}
- {id: di, name: Di, profile: [I paint my nails black.]}
- {id: ed, name: Ed, profile: [I have never seen the sea.]}
"""
CIRCLES = "[{people: [ann, bo], are: sisters.}, {people: [ann, bo, cy], are: old colleagues}, {people: [cy, di]}]"
SMALL = ("rounds.count=1", "rounds.dialogues=6", "cast.personas=people.yaml", "exemplars.count=0")


def scenario(folder: Path, *overrides: str, circles: str = CIRCLES) -> Scenario:
    (folder / "people.yaml").write_text(PEOPLE)
    (folder / "circles.yaml").write_text(f"circles: {circles}\n")
    return loaded(cafe(folder), (*SMALL, f"cast.social_graph={circles}", *overrides))


async def met(wanted: Scenario, count: int = 12) -> list[frozenset[str]]:
    casting = await Casting.of(wanted).weighed()
    return [frozenset(member.persona.id for member in cast) for _, cast in casting.casts(1, 0, count)]


def test_two_of_several_circles_are_all_of_it() -> None:
    knows = SocialGraph.of([(("a", "b"), "sisters."), (("b", "a", "c"), "colleagues"), (("a", "b"), "sisters")])
    assert dict(knows.ties) == {
        frozenset("ab"): "sisters and colleagues",
        frozenset("ac"): "colleagues",
        frozenset("bc"): "colleagues",
    }


async def test_only_those_meet_who_know_one_another(tmp_path: Path) -> None:
    known = {*map(frozenset, combinations(["ann", "bo", "cy"], 2)), frozenset(["cy", "di"])}
    assert set(await met(scenario(tmp_path))) == known
    once = await met(scenario(tmp_path, "cast.pairing=all-pairs"), 99)
    assert len(once) == len(known)
    assert set(once) == known


async def test_with_three_seats_everybody_knows_somebody_at_the_table(tmp_path: Path) -> None:
    tables = await met(scenario(tmp_path, "cast.size=3"))
    assert set(tables) <= {
        frozenset(["ann", "bo", "cy"]),
        frozenset(["ann", "cy", "di"]),
        frozenset(["bo", "cy", "di"]),
    }


async def test_a_file_says_the_same(tmp_path: Path) -> None:
    inline, file = scenario(tmp_path), scenario(tmp_path, "cast.social_graph=circles.yaml")
    assert social_graph(inline) == social_graph(file)
    assert await met(inline) == await met(file)
    assert making(inline) == making(file)


async def test_both_are_told_and_nobody_learns_what_is_private(tmp_path: Path) -> None:
    heard: list[object] = []
    asked.clear()
    with await simulate(scenario(tmp_path), heard.append, output=tmp_path / "out") as corpus:
        assert audited(corpus.ledger).found == 0
        dialogues = [record.dialogue for record in corpus.records(None)]
    paired = next(event for event in heard if isinstance(event, Paired))
    assert (paired.kind, paired.people, paired.qualified, paired.possible, paired.by) == ("random", 5, 4, 10, "")
    sisters = [d for d in dialogues if {member.persona.id for member in d.cast} == {"ann", "bo"}]
    assert sisters
    for dialogue in sisters:
        told = {member.persona.id: member.persona.relation for member in dialogue.cast}
        assert told == {
            "ann": "Ann and Bo are sisters and old colleagues.",
            "bo": "Bo runs the bakery. Bo and Ann are sisters and old colleagues.",
        }
    personas = [part.text for request in asked for part in request.parts if part.kind is Kind.PERSONA]
    of_ann = [text for text in personas if "You are Ann." in text and "\n- Bo" in text]
    of_bo = [text for text in personas if "You are Bo." in text and "\n- Ann" in text]
    assert of_ann
    assert of_bo
    for text in of_ann:
        assert "Ann and Bo are sisters and old colleagues." in text
        assert "I dream of snow." in text
        assert "I count my steps." not in text
    for text in of_bo:
        assert "Bo and Ann are sisters and old colleagues." in text
        assert "snow" not in text
        assert "left alone" not in text
    for text in personas:
        assert "Ed" not in text


async def test_a_run_that_crashed_goes_on_with_the_same_people(tmp_path: Path) -> None:
    wanted, found = scenario(tmp_path), []
    for output in (tmp_path / "crashed", tmp_path / "undisturbed"):
        if output.name == "crashed":
            with pytest.raises(Crash):
                await simulate(wanted, CrashAt(Countdown(2, lambda e: isinstance(e, JobDone))), output=output)
        with await simulate(wanted, output=output) as corpus:
            found.append(exported(corpus, output))
    assert found[0] == found[1]


async def test_what_they_are_to_one_another_stands_in_exports(tmp_path: Path) -> None:
    with await simulate(scenario(tmp_path), output=tmp_path / "out") as corpus:
        records = list(corpus.records(None))
        written = export(corpus.records(None), corpus.info, "provenance", tmp_path / "p.jsonl")
    assert "sisters and old colleagues" in written.path.read_text()
    relations = [[m.persona.relation for m in d.cast] for d in read_dialogues(written.path, "provenance")]
    assert relations == [[m.persona.relation for m in record.dialogue.cast] for record in records]


async def test_a_change_of_who_knows_whom_asks_first(tmp_path: Path) -> None:
    (await simulate(scenario(tmp_path), output=tmp_path / "out")).close()
    other = scenario(tmp_path, circles="[{people: [ann, bo], are: rivals}]")
    with pytest.raises(Mistake, match=r"changed: cast\.social_graph\. "):
        await simulate(other, output=tmp_path / "out")


WRONG = {
    "[{people: [ann, boo]}, {people: [bo, zz], are: x}]": [
        "{path}:3: cast.social_graph[0].people[1]: no persona has the id 'boo'; did you mean 'bo'?",
        "{path}:3: cast.social_graph[1].people[1]: no persona has the id 'zz'; `tertulia personas list FILE`",
    ],
    "[{people: [ann]}]": ["{path}:3: cast.social_graph[0].people: needs at least 2 entries, not 1"],
    "[{people: [ann, ann]}]": ["{path}:3: cast.social_graph[0].people: 'ann' is named twice"],
    "[{people: [ann, bo], is: x}]": ["{path}:3: cast.social_graph[0].is: no such key"],
    "away.yaml": ["{path}:2: cast.social_graph: no file 'away.yaml'"],
    "two.yaml": ["{path}:2: cast.social_graph: two.yaml:4: no persona has the id 'boo'; did you mean 'bo'?"],
    "short.yaml": ["{path}:2: cast.social_graph: short.yaml:2: circles[0].people: needs at least 2 entries, not 1"],
    "list.yaml": ["{path}:2: cast.social_graph: list.yaml:1: not a YAML mapping; write `circles:` and a list under it"],
    "empty.yaml": ["{path}:2: cast.social_graph: empty.yaml:1: no circle in it"],
}
FILES = {
    "two.yaml": "circles:\n  - people:\n    - ann\n    - boo\n",
    "short.yaml": "circles:\n  - people: [ann]\n",
    "list.yaml": "- people: [ann, bo]\n",
    "empty.yaml": "circles: []\n",
}


@pytest.mark.parametrize(("said", "lines"), WRONG.items())
def test_circles_that_cant_be_are_told_with_their_lines(tmp_path: Path, said: str, lines: list[str]) -> None:
    path = tmp_path / "x.yaml"
    for name, text in {"people.yaml": PEOPLE, **FILES}.items():
        (tmp_path / name).write_text(text)
    path.write_text(f"name: x\ncast: {{personas: people.yaml, social_graph:\n {said}}}\n")
    with pytest.raises(Mistake) as wrong:
        load(path)
    found = str(wrong.value).splitlines()
    assert len(found) == len(lines)
    for line, begins in zip(found, lines, strict=True):
        assert line.startswith(begins.format(path=path))


def test_those_who_know_one_another_have_to_find_a_seat_each(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    (tmp_path / "others.yaml").write_text("[{id: flo, name: Flo}, {id: gil, name: Gil}]")
    path = tmp_path / "x.yaml"
    seats = "[{id: x, personas: people.yaml}, {id: y, personas: others.yaml}]"
    path.write_text(f"name: x\ncast: {{seats: {seats}, social_graph: [{{people: [ann, bo]}}]}}\n")
    with pytest.raises(Mistake, match="nobody who knows one another may meet by the pairing 'random'"):
        load(path)
    path.write_text(f"name: x\ncast: {{seats: {seats}, social_graph: [{{people: [ann, flo]}}]}}\n")
    assert load(path)


def test_all_pairs_of_acquaintances_take_two_seats(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"cast\.pairing: `all-pairs` among people who know one another takes two seats"):
        scenario(tmp_path, "cast.size=3", "cast.pairing=all-pairs")
