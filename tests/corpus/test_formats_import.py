"""Real files are read with all that is odd in them; broken ones say where and what to do."""

import csv
import json
from pathlib import Path

import pytest

from tertulia.agents import Dialogue, SeatRole
from tertulia.corpus.formats import read_dialogues
from tertulia.models.errors import Mistake

REAL = Path(__file__).parents[3] / "shared/data/synthetic_persona_chat_valid.csv"
HEADER = "user 1 personas,user 2 personas,Best Generated Conversation\r\n"


def said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(dialogue.member(turn.seat).name, turn.text) for turn in dialogue.turns]


def rows(path: Path, *conversations: str) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(HEADER)
        csv.writer(file).writerows([["I ski.\nI sing.", "I cook.", talk] for talk in conversations])
    return path


def one(path: Path, talk: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The turns of a conversation, and what was odd in it."""
    odd: list[tuple[str, str]] = []
    (dialogue,) = read_dialogues(rows(path, talk), on_odd=lambda where, what: odd.append((where, what)))
    return said(dialogue), odd


@pytest.mark.skipif(not REAL.is_file(), reason="the published data (../shared/data) is not here")
def test_the_published_data_comes_in_as_it_was_measured() -> None:
    odd: list[tuple[str, str]] = []
    dialogues = list(read_dialogues(REAL, on_odd=lambda where, what: odd.append((where, what))))
    assert len(dialogues) == len({dialogue.id for dialogue in dialogues}) == 1000
    assert sum(len(dialogue.turns) for dialogue in dialogues) / 1000 == pytest.approx(27.7, abs=0.1)
    runs_on = [any(a.seat == b.seat for a, b in zip(d.turns, d.turns[1:], strict=False)) for d in dialogues]
    assert sum(runs_on) / 1000 == pytest.approx(0.02, abs=0.005)
    text = REAL.read_text(encoding="utf-8").split("\n")
    for dialogue in dialogues[::100]:
        line = int(dialogue.source.rpartition(":")[2])
        assert text[line - 1].lstrip('"').startswith(dialogue.cast[0].persona.sentences[0][:20])
    assert 0 < len(odd) < 300


def test_a_source_is_the_line_where_the_row_begins(tmp_path: Path) -> None:
    path = rows(tmp_path / "two.csv", "User 1: Hi!\nUser 2: Hello!", "User 2: Yes?\n\nUser 1: No.")
    first, second = read_dialogues(path)
    assert [first.source, second.source] == ["two.csv:2", "two.csv:5"]
    assert said(first) == [("User 1", "Hi!"), ("User 2", "Hello!")]
    assert said(second) == [("User 2", "Yes?"), ("User 1", "No.")]
    assert [member.persona.sentences for member in first.cast] == [("I ski.", "I sing."), ("I cook.",)]
    assert [again.id for again in read_dialogues(path)] == [first.id, second.id]


@pytest.mark.parametrize(
    ("talk", "turns"),
    [
        ("User 1: Take:\nflour\neggs\nUser 2: Ok", ["Take:\nflour\neggs", "Ok"]),
        ("*User 1:* Hi *you*\n\n*User 2:* Yes", ["Hi *you*", "Yes"]),
        ("* User 1: Hi *\n* User 2: *waves* Bye *", ["Hi", "*waves* Bye"]),
        ("[user 1]: Hi\n[User 2] : Yes", ["Hi", "Yes"]),
        ("**User 1**: Hi\nUSER 2 : Yes", ["Hi", "Yes"]),
        ("Well, hi!\nUser 2: Hello", ["Well, hi!", "Hello"]),
        ("User 1: Hi\n[They walk.]\nUser 2: *nods*", ["Hi\n[They walk.]", "*nods*"]),
    ],
)
def test_awkward_lines_are_put_right_and_told(tmp_path: Path, talk: str, turns: list[str]) -> None:
    found, odd = one(tmp_path / "odd.csv", talk)
    assert found == [("User 1", turns[0]), ("User 2", turns[1])]
    assert odd
    assert {where for where, _ in odd} == {"odd.csv:2"}


def test_plain_lines_are_not_odd(tmp_path: Path) -> None:
    found, odd = one(tmp_path / "plain.csv", "User 1: Hi: *you*\n\nUser 2: \nUser 2: (Bye)")
    assert found == [("User 1", "Hi: *you*"), ("User 2", ""), ("User 2", "(Bye)")]
    assert odd == []


def test_a_conversation_without_any_label_is_one_turn(tmp_path: Path) -> None:
    found, odd = one(tmp_path / "bare.csv", "Larry and Kate talk.\nThe end.")
    assert found == [("User 1", "Larry and Kate talk.\nThe end.")]
    assert len(odd) == 2


def test_convai2_text_comes_in(tmp_path: Path) -> None:
    path = tmp_path / "valid_both.txt"
    path.write_text(
        "1 partner's persona: i ski.\n2 your persona: i cook.\n3 hi there\thello\t\tno|hello\n4 and you ?\tme too\n"
        "1 your persona: i sing.\n2 __SILENCE__\thi\n3 yes ?\tno\n"
    )
    both, alone = read_dialogues(path)
    assert said(both) == [("User 1", "hi there"), ("User 2", "hello"), ("User 1", "and you ?"), ("User 2", "me too")]
    assert [member.persona.sentences for member in both.cast] == [("i ski.",), ("i cook.",)]
    assert said(alone) == [("User 1", "hi"), ("User 2", "yes ?"), ("User 1", "no")]
    assert [(m.name, m.persona.sentences) for m in alone.cast] == [("User 1", ("i sing.",)), ("User 2", ())]
    assert alone.source == "valid_both.txt:5"


def test_foreign_chat_messages_come_in(tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    messages = [
        {"role": "system", "content": "I ski.\n- I sing."},
        {"role": "user", "content": [{"type": "text", "text": "Hi"}]},
        {"role": "tool", "content": "42"},
        {"role": "assistant", "content": "Hello"},
    ]
    text = json.dumps([{"messages": messages}, {"messages": messages[1:]}], indent=2)
    path.write_text(text)
    starts = [n for n, line in enumerate(text.splitlines(), 1) if line == "  {"]
    odd: list[tuple[str, str]] = []
    first, second = read_dialogues(path, on_odd=lambda where, what: odd.append((where, what)))
    assert [(turn.seat, turn.text) for turn in first.turns] == [("user", "Hi"), ("assistant", "Hello")]
    assert [(m.seat, m.role, m.persona.sentences) for m in first.cast] == [
        ("user", SeatRole.USER, ()),
        ("assistant", SeatRole.ASSISTANT, ("I ski.", "I sing.")),
    ]
    assert odd == [(f"chat.json:{line}", "a message of role 'tool' is left out") for line in starts]
    assert first.id != second.id


def test_lines_are_one_dialogue_by_id_and_seat(tmp_path: Path) -> None:
    path = tmp_path / "seats.jsonl"
    talk = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yes"}]}
    keys = [{"id": "x", "seat": "a"}, {"id": "x", "seat": "b"}, {"id": "x", "seat": "a"}, {"id": "y"}, {"id": "y"}]
    path.write_text("\n".join(json.dumps({**key, **talk}) for key in keys))
    odd: list[tuple[str, str]] = []
    dialogues = list(read_dialogues(path, on_odd=lambda where, what: odd.append((where, what))))
    assert [(dialogue.id, [member.seat for member in dialogue.cast]) for dialogue in dialogues] == [
        ("x", ["a", "b"]),
        ("y", ["user", "assistant"]),
        ("y", ["user", "assistant"]),
    ]
    assert odd == [("seats.jsonl:3", "a second line of the same id and seat is left out")]


def test_several_labelled_speakers_on_one_side_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    heard = [("human", "Bea: Hi!\n\nCid: Hello,\n\nall."), ("gpt", "Hm: yes"), ("human", "Cid: Bye")]
    path.write_text(json.dumps({"conversations": [{"from": who, "value": text} for who, text in heard]}))
    (dialogue,) = read_dialogues(path)
    assert [(turn.seat, turn.text) for turn in dialogue.turns] == [
        ("Bea", "Hi!"),
        ("Cid", "Hello,\n\nall."),
        ("assistant", "Hm: yes"),
        ("Cid", "Bye"),
    ]


def test_an_array_larger_than_what_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    talks = [[{"from": "human", "value": '\\"{[é' * n}, {"from": "gpt", "value": "Yes"}] for n in (1, 40_000, 3)]
    path.write_text("\ufeff \n" + json.dumps([{"conversations": talk} for talk in talks], ensure_ascii=False, indent=1))
    dialogues = list(read_dialogues(path))
    assert [len(dialogue.turns[0].text) for dialogue in dialogues] == [5, 200_000, 15]
    assert [dialogue.source for dialogue in dialogues] == ["large.json:3", "large.json:15", "large.json:27"]


PERSONA = {"id": "p", "name": "Ann"}
CUT = '{"messages": [{"role": "user", "content": "Hi"}]}\n{"messages": [{"role"'


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("no.csv", b"a,b\n1,2\n", r"no\.csv:1: no column 'user 1 personas', .*; found: 'a', 'b'; .*name the format"),
        ("cells.csv", HEADER.encode() + b'"a\nb",c\n', r"cells\.csv:2: 2 cells where the header has 3; look for a"),
        ("latin.csv", HEADER.encode() + b"a,b,c\na,b,\xe9\n", r"latin\.csv:3: not UTF-8 at byte 5; save the file"),
        ("empty.csv", b"", r"empty\.csv:1: no column .* found: nothing"),
        ("bare.csv", HEADER.encode(), r"bare\.csv: no dialogue in it"),
        ("cut.jsonl", CUT.encode(), r"cut\.jsonl:2: not JSON: .* at column \d+; each line has to hold one whole"),
        (
            "cut.json",
            b'[\n{"messages": []},\n{"messages": [}\n]',
            r"cut\.json:3: not JSON: Expecting value; an array",
        ),
        (
            "end.json",
            b'[{"messages": []}',
            r"end\.json:1: not a JSON array: ',\]' is expected, not the end",
        ),
        ("after.json", b'[{"messages": []}]\n7', r"after\.json:2: something follows"),
        ("list.jsonl", b'{"messages": []}\n7', r"list\.jsonl:2: a JSON object is expected here, not int"),
        ("empty.jsonl", b"\n \n", r"empty\.jsonl: no dialogue in it; give a file"),
        ("empty.json", b"[]", r"empty\.json: no dialogue in it; give a file"),
        (
            "who.jsonl",
            b'{"text": "Hi"}',
            r"who\.jsonl:1: format unknown: .*'messages'.* name a format: messages,",
        ),
        ("form.jsonl", b'{"messages": {}}', r"form\.jsonl:1: 'messages' has to be a list .*'role' and 'content'"),
        (
            "key.jsonl",
            b'{"conversations": [{"from": "gpt"}]}',
            r"key\.jsonl:1: conversations\[0\] has no text in",
        ),
        (
            "old.jsonl",
            b'{"dialogue": {}, "version": 9}',
            r"old\.jsonl:1: a provenance record of version 9; .* version 1",
        ),
        ("half.jsonl", b'{"dialogue": {}, "version": 1}', r"half\.jsonl:1: not a provenance record: no 'cast'; export"),
        ("talk.txt", b"1 hi\tyes\nhello\n", r"talk\.txt:2: a ParlAI line begins with its number: .*, not 'hello'"),
        ("data.parquet", b"PAR1", r"data\.parquet: not a Parquet file"),
        (
            "data.xml",
            b"<a/>",
            r"data\.xml: format unknown by the suffix '\.xml'; known: \.csv.* name one: mess",
        ),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Mistake, match=told):
        list(read_dialogues(path))


def test_what_is_no_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no such file"):
        read_dialogues(tmp_path / "nowhere.csv")
    with pytest.raises(Mistake, match="is a folder"):
        read_dialogues(tmp_path)


def test_a_named_format_counts_more_than_the_suffix(tmp_path: Path) -> None:
    path = rows(tmp_path / "data.backup", "User 1: Hi")
    assert [said(dialogue) for dialogue in read_dialogues(path, "spc")] == [[("User 1", "Hi")]]


def test_dialogues_come_before_the_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_text('{"conversations": [{"from": "human", "value": "Hi"}]}\n{"conv')
    dialogues = read_dialogues(path)
    assert next(dialogues).turns[0].text == "Hi"
    with pytest.raises(Mistake):
        next(dialogues)
