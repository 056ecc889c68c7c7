"""What goes out in a format comes in again, as far as the format carries it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.agents import Dialogue, Member, Place, SeatRole, StopReason, Turn
from tertulia.corpus import Record, RunInfo
from tertulia.corpus.formats import export, opened, read_dialogues
from tertulia.corpus.formats.provenance import Provenance
from tertulia.critics import Abstention, Ballot, Decision, Finding, Outcome, Review, SeatKind, Verdict, Why
from tertulia.personas import BigFive, Persona

INFO = RunInfo("a run", {}, "making", "judging")

words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
lines = words.filter(lambda text: bool(text) and "\\" not in text)
"""One line, no space at its ends."""
names = st.text(ascii_lowercase, min_size=1, max_size=8)
levels = st.integers(-5, 5)


@st.composite
def personas(draw: st.DrawFn) -> Persona:
    return Persona(
        name=draw(names),
        introduction=draw(st.just("") | lines),
        relation=draw(st.just("") | lines),
        profile=draw(st.lists(lines, max_size=3)),
        traits=draw(st.none() | st.builds(BigFive, openness=levels, neuroticism=levels)),
        style=tuple(draw(st.lists(names, max_size=2))),
        goal=draw(st.just("") | lines),
        statements=draw(st.lists(lines, max_size=2)),
        focus=draw(st.none() | lines),
    )


@st.composite
def dialogues(draw: st.DrawFn, seats: int = 2, texts: st.SearchStrategy[str] = lines) -> Dialogue:
    """Seats take turns; everyone speaks."""
    cast = tuple(Member(f"seat-{n}", draw(personas()), draw(st.sampled_from([None, *SeatRole]))) for n in range(seats))
    first = draw(st.integers(0, seats - 1))
    said = draw(st.lists(texts, min_size=seats, max_size=9))
    turns = tuple(Turn(f"seat-{(first + n) % seats}", text) for n, text in enumerate(said))
    return Dialogue(
        draw(names), cast, turns, StopReason.MAX_TURNS, draw(st.builds(Place, levels, levels, levels, levels))
    )


def there_and_back(format: str, many: Sequence[Dialogue], suffix: str = "") -> list[Dialogue]:
    """Ids told apart, out to a file, and in again."""
    unique = [replace(dialogue, id=f"{number}-{dialogue.id}") for number, dialogue in enumerate(many)]
    with TemporaryDirectory() as folder:
        output = Path(folder) / f"data{suffix}" if suffix else Path(folder)
        path = export([Record(each, Outcome.ACCEPTED) for each in unique], INFO, format, output).path
        return list(read_dialogues(path, format))


def said(dialogue: Dialogue) -> list[str]:
    return [turn.text for turn in dialogue.turns]


def who(dialogue: Dialogue) -> list[int]:
    """Speakers by the order in which they first spoke."""
    order = list(dict.fromkeys(turn.seat for turn in dialogue.turns))
    return [order.index(turn.seat) for turn in dialogue.turns]


def speakers(dialogue: Dialogue) -> list[Persona]:
    """Personas in the order in which they first spoke."""
    return [dialogue.member(seat).persona for seat in dict.fromkeys(turn.seat for turn in dialogue.turns)]


many = st.lists(dialogues(), min_size=1, max_size=3)
free = st.text(st.characters(exclude_categories=()), min_size=1, max_size=20)
"""Any text at all: line breaks, control characters, lone surrogates."""


@settings(max_examples=50, deadline=None)
@given(st.lists(dialogues(texts=free), min_size=1, max_size=3))
@pytest.mark.parametrize("format", ["provenance", "parquet"])
def test_whole_records_come_back_whole(format: str, many: list[Dialogue]) -> None:
    back = there_and_back(format, many)
    for number, (before, after) in enumerate(zip(many, back, strict=True)):
        assert replace(after, source="") == replace(before, id=f"{number}-{before.id}")
        assert after.source.endswith(f":{number + 1}")


@settings(max_examples=50, deadline=None)
@given(st.lists(dialogues(texts=free), min_size=1, max_size=3))
def test_messages_carry_seats_turns_and_whole_personas(many: list[Dialogue]) -> None:
    for number, (before, after) in enumerate(zip(many, there_and_back("messages", many), strict=True)):
        assert after.id == f"{number}-{before.id}"
        assert after.turns == before.turns
        for was, became in zip(before.cast, after.cast, strict=True):
            if was.persona != Persona(name=was.name):
                assert became.persona == was.persona


@settings(max_examples=50, deadline=None)
@given(st.integers(3, 5).flatmap(lambda seats: dialogues(seats)))
def test_messages_of_a_table_come_apart_again(before: Dialogue) -> None:
    cast = tuple(
        replace(m, persona=Persona.model_validate({**m.persona.model_dump(), "id": "", "name": m.seat}))
        for m in before.cast
    )
    (after,) = there_and_back("messages", [replace(before, cast=cast)])
    assert after.turns == before.turns
    assert [m.persona for m in after.cast] == [m.persona for m in cast]


@settings(max_examples=50, deadline=None)
@given(many)
@pytest.mark.parametrize("suffix", [".jsonl", ".json"])
def test_sharegpt_carries_roles_turns_and_the_assistants_persona(suffix: str, many: list[Dialogue]) -> None:
    for before, after in zip(many, there_and_back("sharegpt", many, suffix), strict=True):
        assert (said(after), who(after)) == (said(before), who(before))
        assert {m.seat: m.role for m in after.cast} == {"user": SeatRole.USER, "assistant": SeatRole.ASSISTANT}
        roles = {member.role for member in before.cast}
        if roles == {SeatRole.USER, SeatRole.ASSISTANT}:
            gpt = next(m for m in before.cast if m.role is SeatRole.ASSISTANT)
            assert after.said_by("assistant") == before.said_by(gpt.seat)
        if roles == {None}:
            assert after.turns[0].seat == "user"


@settings(max_examples=50, deadline=None)
@given(many)
def test_parlai_carries_turns_and_both_profiles(many: list[Dialogue]) -> None:
    broken = [replace(d, turns=tuple(replace(t, text=f"{t.text}\nand on") for t in d.turns)) for d in many]
    for before, after in zip(broken, there_and_back("parlai", broken), strict=True):
        assert (said(after), who(after)) == (said(before), who(before))
        assert [p.sentences for p in speakers(after)] == [p.sentences for p in speakers(before)]


@settings(max_examples=50, deadline=None)
@given(many)
def test_spc_carries_turns_and_both_profiles(many: list[Dialogue]) -> None:
    for before, after in zip(many, there_and_back("spc", many), strict=True):
        assert (said(after), who(after)) == (said(before), who(before))
        assert [p.sentences for p in speakers(after)] == [p.sentences for p in speakers(before)]
        assert [member.name for member in after.cast] == ["User 1", "User 2"]


def test_provenance_gives_reviews_back(tmp_path: Path) -> None:
    answers = [
        Verdict(True, 1.0),
        Verdict(False, 0.25, (Finding("too \ud800 near", 1, "a", "I ski.", "ski"),), {"a": "Use other words."}),
        Abstention(Why.NOT_APPLICABLE, "no Finnish"),
    ]
    ballots = tuple(Ballot(f"c{n}", answer, SeatKind.VETO, 0.5, n == 2) for n, answer in enumerate(answers))
    review = Review("d", "panel", ballots, Decision(Outcome.REJECTED, ("c1",), "a veto", 0.5), complete=False)
    cast = (Member("a", Persona(name="Ann")),)
    dialogue = Dialogue("d", cast, (Turn("a", "Hi.", "key"),), place=Place(1, 2, 3, 4), notes={"a": "Listen."})
    records = [Record(dialogue, Outcome.REJECTED, "c1", (review, review)), Record(replace(dialogue, id="open"))]
    path = export(records, INFO, "provenance", tmp_path / "all.jsonl").path
    assert list(Provenance(path).records()) == records


def test_a_name_that_no_format_has() -> None:
    with pytest.raises(
        Exception, match=r"no file format 'sharegbt'; did you mean 'sharegpt'\? known: messages, parlai"
    ):
        opened("sharegbt", Path("x"))
