"""Who is one and the same speaker, in which pieces they are read, and what is written of them."""

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tertulia.agents import Dialogue, Member, Turn
from tertulia.corpus.characters import OWN, Character, characters, pieces
from tertulia.corpus.labelling import Labelled, label
from tertulia.models import ChatClient, ModelSpec, Request, Scripted
from tertulia.personas import BigFive, Persona, Trait

LINE = "one two three four"


def scene(id: str, *said: tuple[str, str], profile: Sequence[str] = (), traits: BigFive | None = None) -> Dialogue:
    """Names and what they say; all have the same profile and traits."""
    people = {name: Persona(name=name, profile=tuple(profile), traits=traits) for name, _ in said}  # type: ignore[arg-type]
    cast = tuple(Member(f"{id}-{name}", persona) for name, persona in people.items())
    return Dialogue(id, cast, tuple(Turn(f"{id}-{name}", text) for name, text in said), source=f"play.txt:{id}")


PLAY = [
    scene("1", ("Ann", "Hi."), ("Bo", "Hello."), ("Ann", "Rain!")),
    scene("2", ("Cy", "Well?"), ("Bo", "No.")),
    scene("3", ("Bo", "Yes."), ("Ann", " ")),
]


def who(found: Sequence[Character]) -> list[tuple[str, list[str]]]:
    return [(one.name, [dialogue.id for dialogue, _ in one.parts]) for one in found]


def test_a_speaker_is_one_over_the_whole_file() -> None:
    assert who(list(characters(PLAY, "speaker"))) == [("Ann", ["1"]), ("Bo", ["1", "2", "3"]), ("Cy", ["2"])]
    by_dialogue = [("Ann", ["1"]), ("Bo", ["1"]), ("Cy", ["2"]), ("Bo", ["2"]), ("Bo", ["3"])]
    assert who(list(characters(PLAY, "dialogue"))) == by_dialogue


def test_one_name_with_another_profile_or_other_traits_is_somebody_else() -> None:
    profiles = [scene("1", ("Ann", "Hi."), profile=["I ski."]), scene("2", ("Ann", "Hi."), profile=["I cook."])]
    traits = [scene("3", ("Bo", "Hi."), traits=BigFive(openness=4)), scene("4", ("Bo", "Hi."), traits=BigFive())]
    assert len(list(characters([*profiles, *traits, *profiles], "speaker"))) == 4


@pytest.mark.parametrize(("name", "count"), [("User 1", 2), ("assistant", 2), ("Userina", 1)])
def test_who_has_no_name_is_somebody_else_in_each_dialogue(name: str, count: int) -> None:
    assert len(list(characters([scene("1", (name, "Hi.")), scene("2", (name, "Ho."))], "speaker"))) == count
    known = [scene("1", (name, "Hi."), profile=["I ski."]), scene("2", (name, "Ho."), profile=["I ski."])]
    assert len(list(characters(known, "speaker"))) == 1


def test_whole_dialogues_are_read_together_as_far_as_they_fit() -> None:
    bo = list(characters(PLAY, "speaker"))[1]
    (one,) = pieces(bo)
    assert [turn.text for turn in one.case.turns] == ["Hi.", "Hello.", "Rain!", "Well?", "No.", "Yes.", " "]
    assert one.places == ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1))
    assert {chair.name for chair in one.case.chairs} == {"Ann", "Bo", "Cy"}
    assert [text for _, text in one.case.said_by(OWN)] == ["Hello.", "No.", "Yes."]
    assert [len(piece.case.turns) for piece in pieces(bo, 40)] == [3, 4]
    assert len({piece.case.id for piece in pieces(bo, 20)}) == 3


def test_a_dialogue_that_does_not_fit_is_cut_and_silence_is_left_out() -> None:
    long = scene("1", *[("Ann", LINE)] * 3, *[("Bo", LINE)] * 9, ("Ann", LINE))
    ann = next(characters([long], "speaker"))
    cut = list(pieces(ann, 40))
    assert [piece.places[0][1] for piece in cut] == [0, 12]
    assert all(any(turn.seat == OWN for turn in piece.case.turns) for piece in cut)


def test_two_of_one_name_in_a_dialogue_stay_two() -> None:
    cast = tuple(Member(f"s{n}", Persona(name="Ann")) for n in range(3))
    said = Dialogue("d", cast, tuple(Turn(f"s{n}", f"I am {n}.") for n in range(3)))
    second = list(characters([said], "dialogue"))[1]
    (piece,) = pieces(second)
    assert [turn.seat == OWN for turn in piece.case.turns] == [False, True, False]
    assert len({turn.seat for turn in piece.case.turns}) == 3


@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.text(max_size=80)), max_size=12), max_size=6))
def test_nothing_that_somebody_says_is_lost_or_read_twice(scenes: list[list[tuple[str, str]]]) -> None:
    play = [scene(str(number), *said) for number, said in enumerate(scenes)]
    for one in characters(play, "speaker"):
        read = [
            (place, turn.text)
            for piece in pieces(one, 60)
            for place, turn in zip(piece.places, piece.case.turns, strict=True)
            if turn.seat == OWN and turn.text.strip()
        ]
        said = [
            ((number, index), turn.text)
            for number, (dialogue, seat) in enumerate(one.parts)
            for index, turn in enumerate(dialogue.turns)
            if turn.seat == seat and turn.text.strip()
        ]
        assert read == said


def reader(request: Request) -> str:
    """Openness is how many turns the speaker has; of the rest nothing shows. Cy is not spoken of."""
    text = request.messages[-1]["content"]
    found = re.search(r"personality of (\w+)", text)
    assert found
    if found[1] == "Cy":
        return "I would rather not."
    turns = [int(n) for n in re.findall(rf"^\[(\d+)\] {found[1]}: ", text, re.MULTILINE)]
    level = {"turns": turns, "evidence": "Speaks.", "level": len(turns)}
    return json.dumps({trait.value: level if trait is Trait.OPENNESS else None for trait in Trait})


async def labelled(size: int = 3_000, concurrency: int = 2, combine: str = "median") -> list[Labelled]:
    chat = ChatClient(Scripted(reader), ModelSpec.parse("vllm:m"))
    found = label(
        characters(PLAY, "speaker"), chat, size=size, concurrency=concurrency, combine=combine,  # type: ignore[arg-type]
        came=lambda done, name: told.append((done, name)),
    )  # fmt: skip
    told: list[tuple[int, str]] = []
    every = [one async for one in found]
    assert sorted(done for done, _ in told) == list(range(1, len(told) + 1))
    return every


async def test_a_line_of_the_set_holds_levels_evidence_and_dialogues() -> None:
    ann, bo, cy = await labelled()
    line = bo.to_dict("speaker", "play.txt", "vllm:m")
    assert line["levels"] == {**dict.fromkeys(Trait, None), "openness": 3}
    assert line["evidence"]["openness"] == [{"level": 3, "text": "Speaks.", "turns": [[0, 1], [1, 1], [2, 0]]}]
    assert (line["speaker"], line["readings"], line["evidence"]["neuroticism"]) == ("Bo", 1, [])
    assert [dialogue["source"] for dialogue in line["dialogues"]] == ["play.txt:1", "play.txt:2", "play.txt:3"]
    assert line["dialogues"][1]["turns"] == [
        {"speaker": "Cy", "text": "Well?"},
        {"speaker": "Bo", "own": True, "text": "No."},
    ]
    assert "assigned" not in line
    assert ann.levels[Trait.OPENNESS] == 2
    assert cy.problem.startswith("no verdict could be read, twice")
    assert json.loads(json.dumps(line)) == line


async def test_pieces_are_combined_and_order_and_concurrency_change_nothing() -> None:
    _, bo, _ = await labelled(size=20)
    assert [one[Trait.OPENNESS].level for one in bo.read] == [1, 1, 1]  # type: ignore[index]
    assert bo.to_dict("speaker", "f", "m")["evidence"]["openness"][2]["turns"] == [[2, 0]]
    lines = [[one.to_dict("speaker", "f", "m") for one in await labelled(20, n) if not one.problem] for n in (1, 7)]
    assert lines[0] == lines[1]


async def test_what_was_assigned_is_written_beside_but_never_shown() -> None:
    said = scene("1", ("Ann", "Hi."), profile=["canary-profile"], traits=BigFive(openness=-5))
    endpoint = Scripted(reader)
    chat = ChatClient(endpoint, ModelSpec.parse("vllm:m"))
    (one,) = [one async for one in label(characters([said], "speaker"), chat, size=3_000)]
    assert one.to_dict("speaker", "f", "m")["assigned"]["openness"] == -5
    assert "canary" not in json.dumps(endpoint.requests[0].messages)
    assert "-5, " not in endpoint.requests[0].messages[-1]["content"]
