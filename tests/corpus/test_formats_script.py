"""Plays, screenplays and chat logs are read as scenes of speakers."""

from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Member, Turn
from tertulia.corpus import Record, RunInfo
from tertulia.corpus.formats import export, read_dialogues
from tertulia.corpus.formats.importing import format_of
from tertulia.critics import Outcome
from tertulia.models.errors import Mistake
from tertulia.personas import Persona

Scene = list[tuple[str, str]]


def read(path: Path, text: str) -> tuple[list[Scene], list[tuple[str, str]]]:
    """(scenes, what was odd)"""
    path.write_text(text, encoding="utf-8")
    odd: list[tuple[str, str]] = []
    found = read_dialogues(path, on_odd=lambda where, what: odd.append((where, what)))
    return [said(dialogue) for dialogue in found], odd


def said(dialogue: Dialogue) -> Scene:
    return [(dialogue.member(turn.seat).name, turn.text) for turn in dialogue.turns]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "play.txt"


@pytest.mark.parametrize(
    ("text", "scenes"),
    [
        ("ANN: Rain.\nBO: Yes.\n", [[("ANN", "Rain."), ("BO", "Yes.")]]),
        ("Ann: Rain.\n\nBo: Yes.\n\nAnn: Still.", [[("Ann", "Rain."), ("Bo", "Yes."), ("Ann", "Still.")]]),
        ("Ann: 1\nBo: 2\n\nAnn: 3\nBo: 4\n", [[("Ann", "1"), ("Bo", "2")], [("Ann", "3"), ("Bo", "4")]]),
        ("Ann: 1\nBo: 2\n\nAnn: 3\n---\nBo: 4", [[("Ann", "1"), ("Bo", "2"), ("Ann", "3")], [("Bo", "4")]]),
        ("INT. HUT - NIGHT\n\nAnn: 1\n\nEXT. SEA - DAY\n\nBo: 2", [[("Ann", "1")], [("Bo", "2")]]),
        ("ACT I\nScene 2. A wood.\nAnn: 1\n\n# Later\nBo: 2", [[("Ann", "1")], [("Bo", "2")]]),
        ("HAMLET.\nTo be,\nor not.\n\nGHOST (below)\nSwear.", [[("HAMLET", "To be,\nor not."), ("GHOST", "Swear.")]]),
        ("ANN: Rain\nagain.\n(She sits.)\nThe third time.", [[("ANN", "Rain\nagain.\nThe third time.")]]),
        ("**Ann:** Hi\n__Bo__ (low): Ho\n1ST MAN: Halt!", [[("Ann", "Hi"), ("Bo", "Ho"), ("1ST MAN", "Halt!")]]),
        ("**Ann** (V.O.): Hi\n*Bo:* Ho", [[("Ann", "Hi"), ("Bo", "Ho")]]),
        ("Ann: Is http://a.b\nhttp://a.b\nAs I say: no.", [[("Ann", "Is http://a.b\nhttp://a.b\nAs I say: no.")]]),
        ("지은: 안녕\n민수： 네\n", [[("지은", "안녕"), ("민수", "네")]]),
        ("User 1: Hi [name]!\nUser 2: \nUser 1: Well?", [[("User 1", "Hi [name]!"), ("User 1", "Well?")]]),
        ("\ufeffANN: Hi\r\nBo: Ho\r\n", [[("ANN", "Hi"), ("Bo", "Ho")]]),
    ],
)  # fmt: skip
def test_scenes(path: Path, text: str, scenes: list[Scene]) -> None:
    assert read(path, text) == (scenes, [])


@pytest.mark.parametrize(
    ("text", "scenes"),
    [
        ("ANN\n(softly) Shall I? (beat)\nYes.", [[("ANN", "Shall I?\nYes.")]]),
        ("ANN\n[aside] O Romeo ... [She sighs]", [[("ANN", "O Romeo ...")]]),
        ("Ann: [To Bo.] (low) Hi! (waves) [exit]\nBo: (sighs)\nHo.", [[("Ann", "Hi!"), ("Bo", "Ho.")]]),
        ("Ann: *No.*\nBo: _So?_ (sits)", [[("Ann", "*No.*"), ("Bo", "_So?_ (sits)")]]),
        ("Ann: *No.*\nNever.", [[("Ann", "*No.*\nNever.")]]),
        ("Ann: I ski (a bit)\nBo: (laughs)", [[("Ann", "I ski (a bit)"), ("Bo", "(laughs)")]]),
        ("Ann: [name] is here (I think).\nBo: Ok (no", [[("Ann", "[name] is here (I think)."), ("Bo", "Ok (no")]]),
        ("ANN: Hi.\n(She (slowly) sits.) [Exit Bo].\nSo.", [[("ANN", "Hi.\nSo.")]]),
    ],
)  # fmt: skip
def test_how_it_is_said_is_no_word_of_it(path: Path, text: str, scenes: list[Scene]) -> None:
    assert read(path, text) == (scenes, [])


@pytest.mark.parametrize(
    ("text", "scenes"),
    [
        ("SCENE 1\nANN\nRain.\n---\nBO\nYes.", [[("ANN", "Rain.")], [("BO", "Yes.")]]),
        ("# One\n(A hut.)\nANN\nRain.\n(It stops.)\nBO\nNo.", [[("ANN", "Rain."), ("BO", "No.")]]),
        ("ANN\n(beat)\n(low)\nNO.\nSo.", [[("ANN", "NO.\nSo.")]]),
    ],
)
def test_a_cue_may_stand_right_below_a_heading_or_a_direction(path: Path, text: str, scenes: list[Scene]) -> None:
    assert read(path, text) == (scenes, [])


def test_a_name_is_one_person_however_it_is_spelt(path: Path) -> None:
    path.write_text("Ann: 1\n---\nANN: 2\nBO: 3\n---\nAnn: 4")
    dialogues = list(read_dialogues(path))
    ids = {m.persona.id for dialogue in dialogues for m in dialogue.cast if m.name == "Ann"}
    assert [m.name for dialogue in dialogues for m in dialogue.cast] == ["Ann", "Ann", "BO", "Ann"]
    assert len(ids) == 1
    assert [dialogue.source for dialogue in dialogues] == ["play.txt:1", "play.txt:3", "play.txt:6"]


def test_what_nobody_says_is_told(path: Path) -> None:
    scenes, odd = read(path, "A hut by the sea.\n\nAnn: Rain.\n\nThe door opens.\n\nBo: Yes.")
    assert scenes == [[("Ann", "Rain."), ("Bo", "Yes.")]]
    assert odd == [
        ("play.txt:1", "nobody says it, left out: 'A hut by the sea.'"),
        ("play.txt:5", "nobody says it, left out: 'The door opens.'"),
    ]


def test_a_text_is_a_script_unless_its_lines_are_numbered(tmp_path: Path) -> None:
    texts = {"a.txt": "ANN: Hi", "b.txt": "\n1 your persona: I ski.", "c.script": "1 x", "d.fountain": "1 x"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert [format_of(tmp_path / name) for name in texts] == ["script", "parlai", "script", "script"]
    with pytest.raises(Mistake, match="no dialogue in it"):
        list(read_dialogues(tmp_path / "c.script"))


def test_a_script_that_is_written_is_read_again(tmp_path: Path) -> None:
    cast = (Member("a", Persona(name="Ann: B")), Member("b", Persona(name="지은")))
    talk = Dialogue("d", cast, (Turn("a", "One\nmore: yes."), Turn("b", "(laughs) 네 (a) 네.")))
    records = [Record(talk, Outcome.ACCEPTED)] * 2
    path = export(records, RunInfo("run", {}, "", ""), "script", tmp_path / "out.script").path
    assert [said(one) for one in read_dialogues(path)] == [[("Ann B", "One more: yes."), ("지은", "네 (a) 네.")]] * 2
