"""An export appears whole with its card, tells nothing but the corpus, and keeps every seat's persona to itself."""

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tertulia.agents import Dialogue, Member, Place, SeatRole, Turn
from tertulia.corpus import Record, RunInfo
from tertulia.corpus.formats import FORMATS, export
from tertulia.critics import Abstention, Ballot, Decision, Outcome, Review, SeatKind, Verdict, Why
from tertulia.models.errors import Mistake, StorageFailed
from tertulia.personas import Persona

ANN = Persona(name="Ann", profile=("I ski in Åre.",))
BOB = Persona(name="Bob", profile=("I bake rye bread.",))
INFO = RunInfo(
    "first-meeting",
    {"description": "Two | strangers.", "seed": 7, "stage": {"mode": "private", "setting": "On a train."}},
    "made",
    "judged",
    "0.1.0",
)


def dialogue(index: int, attempt: int = 0, model: str = "rehearsal?flaws=0") -> Dialogue:
    cast = (Member("a", ANN, SeatRole.ASSISTANT, model), Member("b", BOB, SeatRole.USER, model))
    turns = (Turn("b", f"Hi {index}!"), Turn("a", "Hello."), Turn("a", "Cold, isn't it?"), Turn("b", "Very."))
    return Dialogue(f"d{index}-{attempt}", cast, turns, place=Place(1, index, attempt), exemplars=("seed",))


def record(index: int, attempt: int = 0, approve: bool = True) -> Record:
    made = dialogue(index, attempt)
    ballots = (
        Ballot("structure", Verdict(approve, float(approve)), SeatKind.VETO),
        Ballot("toxicity", Abstention(Why.SKIPPED, "no weights"), optional=True),
    )
    outcome = Outcome.ACCEPTED if approve else Outcome.REJECTED
    return Record(made, outcome, "", (Review(made.id, "p", ballots, Decision(outcome)),))


def records() -> Iterator[Record]:
    """Four jobs, the second made again once, the last not settled."""
    yield from (record(0), record(1, approve=False), record(1, 1), record(2), Record(dialogue(3)))


def test_a_seat_is_told_its_own_persona_alone(tmp_path: Path) -> None:
    for format in ("messages", "sharegpt"):
        path = export(records(), INFO, format, tmp_path).path
        for line in path.read_text(encoding="utf-8").splitlines():
            assert ("Åre" in line) != ("rye" in line)
    first, second = (json.loads(line) for line in (tmp_path / "messages.jsonl").read_text().splitlines()[:2])
    assert first == {
        "id": "d0-0",
        "seat": "a",
        "messages": [
            {"role": "system", "content": "You are Ann.\nWhat is true of you:\n- I ski in Åre."},
            {"role": "user", "content": "Hi 0!"},
            {"role": "assistant", "content": "Hello.\n\nCold, isn't it?"},
            {"role": "user", "content": "Very."},
        ],
    }
    assert [message["role"] for message in second["messages"]] == ["system", "assistant", "user", "assistant"]


def test_a_seat_is_told_what_it_was_told_when_it_spoke(tmp_path: Path) -> None:
    told = Persona.model_validate({
        "name": "Ann", "profile": ["I ski."], "traits": {"extraversion": 4}, "style": ["warm"], "goal": "To rest.",
        "statements": [{"text": "I come alive\nin a crowd.", "trait": "extraversion", "pole": "high"}],
        "focus": "I ski.", "cleared_by": "lexical, 0.9",
    })  # fmt: skip
    ann, bob = dialogue(0).cast
    full = replace(dialogue(0), cast=(replace(ann, persona=told), bob))
    path = export([Record(full, Outcome.ACCEPTED)], INFO, "messages", tmp_path).path
    first, second = (json.loads(line)["messages"] for line in path.read_text(encoding="utf-8").splitlines())
    assert first[0]["content"].splitlines() == [
        "You are Ann.",
        "What is true of you:",
        "- I ski.",
        "What you would say of yourself:",
        "- I come alive in a crowd.",
        f"Your personality, each trait from -5 to 5: {told.traits.line()}",
        "Your way of talking: warm",
        "What you want: To rest.",
        "What you want to let come up: I ski.",
    ]
    assert "crowd" not in json.dumps(second)


@pytest.mark.parametrize("focus", [None, ""])
def test_nothing_is_said_of_a_focus_that_is_not_there(focus: str | None, tmp_path: Path) -> None:
    ann, bob = dialogue(0).cast
    bare = replace(ann, persona=Persona.model_validate({"name": "Ann", "profile": ["I ski."], "focus": focus}))
    path = export([Record(replace(dialogue(0), cast=(bare, bob)), Outcome.ACCEPTED)], INFO, "messages", tmp_path).path
    assert "come up" not in path.read_text(encoding="utf-8")


def test_the_others_of_a_table_are_named(tmp_path: Path) -> None:
    cid = Member("c", Persona(name="Cid"))
    three = replace(dialogue(0), cast=(*dialogue(0).cast, cid), turns=(*dialogue(0).turns, Turn("c", "Tea?")))
    path = export([Record(three, Outcome.ACCEPTED)], INFO, "messages", tmp_path).path
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0]["messages"][-1] == {"role": "user", "content": "Bob: Very.\n\nCid: Tea?"}
    assert lines[2]["messages"][0] == {"role": "system", "content": "You are Cid."}
    with pytest.raises(Mistake, match=r"dialogue d0-0 has 3 seats, format 'spc' two; choose 'messages'"):
        export([Record(three, Outcome.ACCEPTED)], INFO, "spc", tmp_path)


def test_parlai_and_spc_as_others_write_them(tmp_path: Path) -> None:
    parlai = export([record(0)], INFO, "parlai", tmp_path).path
    assert parlai.read_text(encoding="utf-8").splitlines() == [
        "1 your persona: I ski in Åre.",
        "2 Hi 0!\tHello.\\n\\nCold, isn't it?",
        "3 Very.",
        "1 your persona: I bake rye bread.",
        "2 __SILENCE__\tHi 0!",
        "3 Hello.\\n\\nCold, isn't it?\tVery.",
    ]
    spc = export([record(0)], INFO, "spc", tmp_path).path
    assert spc.read_bytes().decode() == (
        "user 1 personas,user 2 personas,Best Generated Conversation\r\n"
        'I ski in Åre.,I bake rye bread.,"User 2: Hi 0!\nUser 1: Hello.\nUser 1: Cold, isn\'t it?\nUser 2: Very."\r\n'
    )


def test_accepted_ones_by_default_and_everything_in_provenance(tmp_path: Path) -> None:
    summary = export(records(), INFO, "sharegpt", tmp_path)
    assert (summary.dialogues, summary.jobs, summary.tries) == (3, 4, 5)
    assert summary.outcomes == {"accepted": 3, "rejected": 1, "open": 1}
    assert export(records(), INFO, "provenance", tmp_path).dialogues == 5
    assert export(records(), INFO, "sharegpt", tmp_path, include=[Outcome.REJECTED]).dialogues == 1


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_corpus_gives_the_same_bytes(tmp_path: Path, format: str) -> None:
    once, again = (export(records(), INFO, format, tmp_path / name) for name in ("one", "two"))
    assert once.path.read_bytes() == again.path.read_bytes()
    assert once.card.read_bytes() == again.card.read_bytes()


def test_provenance_is_canonical(tmp_path: Path) -> None:
    line = export([record(0)], INFO, "provenance", tmp_path).path.read_text(encoding="utf-8")
    assert line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    assert json.loads(line)["dialogue"]["exemplars"] == ["seed"]


def test_the_card_tells_how_the_data_came_about(tmp_path: Path) -> None:
    card = export(records(), INFO, "messages", tmp_path).card.read_text(encoding="utf-8")
    assert card.startswith('---\npretty_name: "first-meeting"\nlicense: "unknown"\nlanguage: ["en"]\n')
    assert "**Rehearsal data.**" in card
    assert "| jobs | 4 |\n| tries | 5 |\n| accepted | 3 |\n| rejected | 1 |\n| open | 1 |\n" in card
    assert "| structure | veto | 3 | 1 | 0 | 25.0 % | 75.0 % |" in card
    assert "| toxicity | vote, optional | 0 | 0 | 4 | - | 75.0 % |" in card
    assert "- `toxicity` judged nothing: 0 failed, 4 skipped, 0 not applicable." in card


def test_a_card_of_spoken_data_warns_of_nothing(tmp_path: Path) -> None:
    spoken = Record(dialogue(0, model="openai:gpt-4o-mini"), Outcome.ACCEPTED)
    info = RunInfo("run", {}, "", "", extra={"licence": "CC-BY-4.0"})
    card = export([spoken], info, "messages", tmp_path / "mine.jsonl").card
    assert card == tmp_path / "mine.card.md"
    text = card.read_text()
    assert "Rehearsal" not in text
    assert 'license: "CC-BY-4.0"' in text
    assert "- models of the speakers: openai:gpt-4o-mini\n" in text
    assert "No critic has judged" in text


def test_an_export_that_breaks_leaves_the_old_one(tmp_path: Path) -> None:
    old = export([record(0)], INFO, "messages", tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken() -> Iterator[Record]:
        yield record(1)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(
        StorageFailed, match=r"messages\.jsonl: No space left on device; nothing of the export was kept"
    ):
        export(broken(), INFO, "messages", tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert old.path.name in before


def test_places_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"can't be written: .*; choose another place"):
        export([record(0)], INFO, "messages", tmp_path / "file" / "data.jsonl")
    with pytest.raises(Mistake, match=r"data\.csv: a file of format 'messages' ends in \.jsonl; name it so, or give a"):
        export([record(0)], INFO, "messages", tmp_path / "data.csv")


def test_the_readme_of_a_folder_is_not_replaced_unless_it_is_a_card(tmp_path: Path) -> None:
    first, second = (export([record(0)], INFO, format, tmp_path).card for format in ("messages", "sharegpt"))
    assert first == second == tmp_path / "README.md"
    first.write_text("# My project")
    assert export([record(0)], INFO, "messages", tmp_path).card == tmp_path / "messages.card.md"
    assert first.read_text() == "# My project"


def test_records_are_streamed(tmp_path: Path) -> None:
    """No more than one group of records is alive while a file is written."""
    alive: list[int] = []

    class Watched(Record):
        def __del__(self) -> None:
            alive.remove(id(self))

    def many() -> Iterator[Record]:
        most = 0
        for index in range(1200):
            made = Watched(dialogue(index), Outcome.ACCEPTED)
            alive.append(id(made))
            most = max(most, len(alive))
            yield made
        assert most <= 510

    for format in FORMATS:
        export(many(), INFO, format, tmp_path)
