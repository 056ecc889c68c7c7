"""Does a conversation go as it is told to, with nobody seeing what is not theirs?"""

import itertools
from asyncio import CancelledError
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from autogen_core import CancellationToken

from tertulia.agents import Dialogue, Job, Member, SeatRole, StopReason, Turn
from tertulia.agents.event import TurnRefused, TurnSpoken
from tertulia.agents.play import Play
from tertulia.agents.selector import named
from tertulia.agents.stage import stage
from tertulia.agents.staging import Staging
from tertulia.models.client import ChatClient
from tertulia.models.local.templating import OPENING
from tertulia.models.request import Kind, Request, Task
from tertulia.models.scripted import Scripted
from tertulia.models.spec import ModelSpec
from tertulia.personas import Persona
from tertulia.personas.description import described

RULES = Staging()
NAMES = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal")
SPEC = ModelSpec.parse("rehearsal")


def cast(size: int = 2) -> tuple[Member, ...]:
    return tuple(
        Member(
            f"seat-{n}", Persona(name=n, introduction=f"{n} waves.", profile=[f"I keep a {n} secret."]), SeatRole.USER
        )
        for n in NAMES[:size]
    )


@dataclass(frozen=True)
class Scene(Play):
    """A try in which one scripted endpoint answers for everybody, with what it was asked and what was told."""

    endpoint: Scripted = field(default_factory=lambda: Scripted(""))
    heard: list[object] = field(default_factory=list)


def play(script: Callable[[Request], str] | str, staging: Staging = RULES, size: int = 2, **more: Any) -> Scene:
    endpoint, heard = Scripted(script), list[object]()
    client = ChatClient(endpoint, SPEC)
    seated = {member.seat: client for member in cast(size)}
    given = {"job": Job(1, 4, cast(size)), "seed": 3, "selector": client, "writer": client, **more}
    return Scene(staging=staging, clients=seated, events=heard.append, endpoint=endpoint, heard=heard, **given)


async def test_a_seat_that_is_told_its_persona_alone_hears_no_reminder_note_or_reason() -> None:
    """Asked again in the same words, with another seed; the other seat is told all."""
    said = iter(["", "Goodbye then.", *(f"Utterance {n} it is." for n in range(9))])
    first = play(lambda request: next(said), Staging(least=4, most=4, bare=frozenset({"seat-Ann"})), notes=NOTES)
    dialogue = await stage(first)
    assert len(dialogue.turns) == 4
    own = [r for r in requests(first) if r.parts[0].seat == "seat-Ann"]
    assert [[part.text for part in request.parts[:2]] for request in own] == [
        [described(cast()[0].persona), OPENING]
    ] * 4
    assert len({request.seed for request in own}) == 4
    assert {part.kind for request in own for part in request.parts} == {Kind.PERSONA, Kind.REMINDER, Kind.TURN}
    assert all(part.kind is not Kind.REMINDER for request in own for part in request.parts[2:])
    other = {part.kind for r in requests(first) if r not in own for part in r.parts}
    assert other == {Kind.INSTRUCTIONS, Kind.PERSONA, Kind.TURN, Kind.NOTE, Kind.REMINDER}


async def test_a_persona_of_which_nothing_is_known_but_its_name_is_told_where_turns_bear_names() -> None:
    for size, told in ((2, []), (3, ["You are Nora."])):
        plain = tuple(Member(m.seat, Persona(name="Nora")) for m in cast(size))
        bare = frozenset(m.seat for m in plain)
        scene = play(counted, Staging(least=2, most=2, bare=bare), size, job=Job(1, 0, plain))
        await stage(scene)
        assert [part.text for part in requests(scene)[0].parts] == [*told, OPENING]


NOTES = {"seat-Ann": "Say less.", "seat-Bob": "Say more."}


def requests(of: Scene) -> list[Request]:
    return of.endpoint.requests


def counted(request: Request) -> str:
    return f"Utterance {request.seed} it is."


async def test_turns_alternate_from_the_opener_and_every_turn_names_its_request() -> None:
    this = play(counted, Staging(least=4, most=6, opener="seat-Bob"))
    dialogue = await stage(this)
    assert [turn.seat for turn in dialogue.turns] == ["seat-Bob", "seat-Ann"] * 3
    assert [turn.request for turn in dialogue.turns] == [request.key for request in requests(this)]
    assert dialogue.stop is StopReason.MAX_TURNS
    assert len({request.seed for request in requests(this)}) == 6


async def test_the_same_try_gives_the_same_dialogue_and_another_attempt_another() -> None:
    first, again = await stage(play(counted)), await stage(play(counted))
    other = await stage(play(counted, attempt=1))
    assert first == again
    assert first.id != other.id
    assert first.turns[0].text != other.turns[0].text


async def test_a_seat_sees_its_own_persona_alone_and_history_from_its_side() -> None:
    this = play(counted, Staging(least=4, most=4))
    dialogue = await stage(this)
    last = requests(this)[-1]
    system, *history = last.messages
    assert "I keep a Bob secret." in system["content"]
    assert "Ann secret" not in str(last.messages)
    assert "Ann waves." in system["content"]
    assert [m["role"] for m in history] == ["user", "assistant", "user"]
    assert dialogue.turns[0].text in history[0]["content"]
    assert dialogue.turns[1].text == history[1]["content"]


async def test_with_more_than_two_the_others_lines_carry_their_names_and_are_merged() -> None:
    this = play(counted, Staging(least=3, most=4), size=3)
    dialogue = await stage(this)
    asked = requests(this)[3].messages
    assert [m["role"] for m in asked] == ["system", "user", "assistant", "user"]
    assert f"Bob: {dialogue.turns[1].text}\n\nCleo: {dialogue.turns[2].text}" in asked[3]["content"]


async def test_requests_of_a_seat_grow_at_the_end_alone() -> None:
    this = play(counted, Staging(least=8, most=8))
    await stage(this)
    anns = [r.parts for r in requests(this)[::2]]
    for before, after in itertools.pairwise(anns):
        kept = [part for part in before if part.kind is not Kind.REMINDER]
        assert [part for part in after if part.kind is not Kind.REMINDER][: len(kept)] == kept


async def test_speakers_are_told_to_close_and_a_mutual_farewell_ends_it() -> None:
    def line(request: Request) -> str:
        closing = "about to end" in request.messages[-1]["content"]
        return f"Well then, goodbye, {request.seed}!" if closing else counted(request)

    dialogue = await stage(play(line, Staging(least=6, most=12)))
    assert dialogue.stop is StopReason.FAREWELL
    assert 6 <= len(dialogue.turns) <= 12


async def test_an_early_goodbye_is_asked_again_once_and_then_ends_the_dialogue() -> None:
    this = play(lambda r: f"Bye bye {r.seed}", Staging(least=6, most=12))
    dialogue = await stage(this)
    assert dialogue.stop is StopReason.EARLY_FAREWELL
    assert len(dialogue.turns) == 1
    assert "too early to say goodbye" in requests(this)[1].messages[-1]["content"]
    assert not dialogue.failure


async def test_repetition_ends_it() -> None:
    dialogue = await stage(play(lambda r: "The same old words again.", Staging(least=6, most=12, guards=())))
    assert dialogue.stop is StopReason.REPETITION
    assert len(dialogue.turns) == 3


async def test_a_refusal_is_asked_again_once_then_fails_the_try_and_is_no_turn() -> None:
    this = play(lambda r: "I’m sorry, but I can’t take part in this.")
    dialogue = await stage(this)
    assert len(requests(this)) == 2
    assert "it declined to speak" in requests(this)[1].messages[-1]["content"]
    assert dialogue.guards == {"refusal": 1}
    assert dialogue.stop is StopReason.REFUSAL
    assert dialogue.turns == ()
    assert "refusal" in dialogue.failure


@pytest.mark.parametrize(("size", "least", "most"), [(3, 8, 8), (2, 2, 2), (3, 4, 4), (5, 6, 6)])
async def test_who_is_told_to_close_is_never_told_that_it_is_too_early(size: int, least: int, most: int) -> None:
    def line(request: Request) -> str:
        closing = "about to end" in request.messages[-1]["content"]
        return f"That was number {request.seed}. Goodbye!" if closing else counted(request)

    this = play(line, Staging(least=least, most=most), size=size)
    dialogue = await stage(this)
    assert "too early" not in str([r.messages for r in requests(this)])
    assert len(requests(this)) == len(dialogue.turns) == most
    assert dialogue.stop is StopReason.FAREWELL


@pytest.mark.parametrize(
    ("bad", "guard"),
    [
        ("Sorry, I can't help with that.", "refusal"),
        ("  ", "empty"),
        ("Okay, the user wants me to answer in character.", "leaked-reasoning"),
        ("Sure.\nBob: I would love that!", "speaking-for-others"),
        ("I'm Bob, nice to meet you!", "role-reversal"),
        ("As an AI language model I have no hobbies.", "role-reversal"),
        ("Hey Ann, how are you?", "role-reversal"),
    ],
)
async def test_a_bad_reply_is_asked_again_with_the_reason_which_enters_no_history(bad: str, guard: str) -> None:
    first: list[Request] = []

    def line(request: Request) -> str:
        first.append(request)
        return bad if len(first) == 1 else counted(request)

    this = play(line, Staging(least=4, most=4))
    dialogue = await stage(this)
    assert dialogue.guards == {guard: 1}
    assert len(dialogue.turns) == 4
    assert "could not be used" in requests(this)[1].messages[-1]["content"]
    assert all("could not be used" not in str(r.messages) for r in requests(this)[2:])
    assert [e.guard for e in this.heard if isinstance(e, TurnRefused)] == [guard]
    assert bad not in [turn.text for turn in dialogue.turns]


async def test_a_guard_that_is_exhausted_fails_the_try_with_its_reason() -> None:
    this = play(lambda r: "")
    dialogue = await stage(this)
    assert dialogue.stop is StopReason.GUARD
    assert "empty" in dialogue.failure
    assert len(requests(this)) == 3
    assert dialogue.guards == {"empty": 3}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("Ann: I bake bread.", "I bake bread."),
        ("**Ann:** I bake bread.", "I bake bread."),
        ('"I bake bread."', "I bake bread."),
        ("```\nI bake bread.\n```", "I bake bread."),
        ('He said "bread" and "cake"', 'He said "bread" and "cake"'),
        ("Note: I bake.", "Note: I bake."),
    ],
)
async def test_the_form_of_a_reply_is_taken_off_and_its_words_stay(reply: str, said: str) -> None:
    dialogue = await stage(play(lambda r: reply, Staging(least=2, most=2, guards=(), opener="seat-Ann")))
    assert dialogue.turns[0].text == said


async def test_a_note_stands_last_in_every_request_of_its_seat_and_nowhere_else() -> None:
    this = play(counted, Staging(least=4, most=4), notes={"seat-Ann": "You repeated yourself."})
    await stage(this)
    anns, bobs = requests(this)[::2], requests(this)[1::2]
    assert all("You repeated yourself." in r.messages[-1]["content"] for r in anns)
    assert all("You repeated yourself." not in r.messages[0]["content"] for r in anns)
    assert all("repeated yourself" not in str(r.messages) for r in bobs)


async def test_an_exemplar_is_told_from_the_side_of_each_seat_with_one_persona() -> None:
    told = await stage(play(counted, Staging(least=2, most=2)))
    people = tuple(Member(s, Persona(name=n, profile=[f"I am {n} of old."])) for s, n in (("x", "Kay"), ("y", "Lou")))
    exemplar = Dialogue("e1", people, tuple(type(told.turns[0])(s, f"{s} speaks") for s in "xy"))
    this = play(counted, Staging(least=2, most=2), job=Job(1, 4, cast(), (exemplar,)))
    dialogue = await stage(this)
    ann, bob = (r.messages[0]["content"] for r in requests(this))
    assert "I am Kay of old." in ann
    assert "Lou of old" not in ann
    assert "I am Lou of old." in bob
    assert "Kay: x speaks" in ann
    assert ann.index("Kay: x speaks") < ann.index("# You")
    assert dialogue.exemplars == ("e1",)


async def test_random_order_never_lets_anyone_speak_twice_in_a_row() -> None:
    dialogue = await stage(play(counted, Staging(least=30, most=30, order="random"), size=4))
    seats = [turn.seat for turn in dialogue.turns]
    assert all(a != b for a, b in itertools.pairwise(seats))
    assert len(set(seats)) == 4


async def test_graph_order_follows_its_edges() -> None:
    edges = (("seat-Ann", "seat-Bob"), ("seat-Bob", "seat-Cleo"), ("seat-Cleo", "seat-Ann"), ("seat-Cleo", "seat-Bob"))
    dialogue = await stage(play(counted, Staging(least=20, most=20, order="graph", edges=edges), size=3))
    seats = [turn.seat for turn in dialogue.turns]
    assert set(itertools.pairwise(seats)) == set(edges)


async def test_a_selector_sees_no_persona_and_its_choice_speaks() -> None:
    def line(request: Request) -> str:
        return "I think Cleo." if request.task is Task.SELECT else counted(request)

    this = play(line, Staging(least=3, most=3, order="selector"), size=3)
    dialogue = await stage(this)
    assert [turn.seat for turn in dialogue.turns] == ["seat-Ann", "seat-Cleo", "seat-Bob"]
    selecting = [r for r in requests(this) if r.task is Task.SELECT]
    assert "secret" not in str([r.messages for r in selecting])
    assert dialogue.turns[0].text in str(selecting[0].messages)


@pytest.mark.parametrize("replies", [["Cleo"], ["nobody", "Bob, or rather Cleo", "Cleo"]])
async def test_a_selector_is_asked_again_once_and_never_where_one_alone_may_speak(replies: list[str]) -> None:
    left = list(replies)

    def line(request: Request) -> str:
        return left.pop(0) if request.task is Task.SELECT else counted(request)

    this = play(line, Staging(least=2, most=2, order="selector"), size=3)
    dialogue = await stage(this)
    assert [turn.seat for turn in dialogue.turns] == ["seat-Ann", "seat-Cleo" if len(replies) == 1 else "seat-Bob"]
    asked = [r.messages[-1]["content"] for r in requests(this) if r.task is Task.SELECT]
    assert len(asked) == min(len(replies), 2)
    assert all(text.endswith("and nothing else.)") and "this turn" not in text for text in asked[1:])
    two = play(counted, Staging(least=4, most=4, order="selector"))
    await stage(two)
    assert {r.task for r in requests(two)} == {Task.SPEAK}


async def test_a_selectors_call_is_cancelled_with_the_try() -> None:
    token = CancellationToken()

    def line(request: Request) -> str:
        if request.task is Task.SELECT:
            token.cancel()
        return counted(request)

    this = play(line, Staging(least=4, most=4, order="selector"), size=3)
    with pytest.raises(CancelledError):
        await stage(this, token)
    assert [r.task for r in requests(this)] == [Task.SPEAK, Task.SELECT]


@pytest.mark.parametrize(
    ("reply", "seat"),
    [
        ("Ann", "a"), ("**Ann Lee**", "b"), ("I think Ann Lee should.", "b"), ("Ann, as Ann Lee just spoke", None),
        ("Cleo!", "c"), ("Ann or Cleo", None), ("Annabel", None), ("", None),
    ],
)  # fmt: skip
def test_a_name_inside_a_longer_one_is_not_meant(reply: str, seat: str | None) -> None:
    assert named(reply, {"a": "Ann", "b": "Ann Lee", "c": "Cleo"}) == seat


async def test_eight_seats_and_a_goodbye_of_three() -> None:
    def line(request: Request) -> str:
        closing = "about to end" in request.messages[-1]["content"]
        return f"Take care, everyone! {request.seed}. Goodbye!" if closing else counted(request)

    dialogue = await stage(play(line, Staging(least=10, most=20), size=8))
    assert dialogue.stop is StopReason.FAREWELL


SCRIPT = "Sure, here it is:\n\n**Ann:** Morning!\n2. Bob: Oh, hello there.\nAnn: Cold, isn't it?\n\nHope this helps!"


async def test_a_script_is_read_from_one_reply() -> None:
    this = play(SCRIPT, Staging(mode="script", least=2, most=4))
    dialogue = await stage(this)
    assert [(t.seat, t.text) for t in dialogue.turns] == [
        ("seat-Ann", "Morning!"), ("seat-Bob", "Oh, hello there."), ("seat-Ann", "Cold, isn't it?"),
    ]  # fmt: skip
    assert len(requests(this)) == 1
    assert "Ann secret" in requests(this)[0].messages[0]["content"]
    assert [e.number for e in this.heard if isinstance(e, TurnSpoken)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("reply", "mend"),
    [
        ("Just prose.", "Begin the line of each turn with 'Ann:' or 'Bob:'."),
        ("Ann: Hi!\nand then he left\nBob: Hm.", "Write each turn on one line that begins with 'Ann:' or 'Bob:'"),
        ("Ann: Hi!\nNarrator: He left.\nBob: Hm.", "the line 'Narrator: He left.' stood between the turns"),
        ("Ann: Hello\nBob:", "Write what Bob says on the same line"),
        ("Ann: alone", "Write 8 to 16 turns."),
        ("Ann: Hi!\n**Bob (smiling):** Ho.\nAnn: Ha.", "Write 'Bob:' and spoken words alone."),
        ("Ann: Hi!\nBob *smiling*: Ho.", "Write 'Bob:' and spoken words alone."),
    ],
)
async def test_what_is_no_script_is_asked_again_with_what_to_change_and_fails(reply: str, mend: str) -> None:
    this = play(reply, Staging(mode="script"))
    dialogue = await stage(this)
    assert dialogue.failure.startswith("writer: script")
    assert len(requests(this)) == 3
    asked = requests(this)[1].messages[-1]["content"]
    assert mend in asked
    assert "Write the whole conversation anew." in asked
    assert "this turn" not in asked
    assert "could not be used" in requests(this)[1].messages[-1]["content"]


async def test_a_writer_is_told_all_of_a_persona_and_of_an_exemplar_the_profiles_alone() -> None:
    people = tuple(
        Member(
            f"s{n}",
            Persona(
                name=n, introduction=f"{n} waves.", relation=f"{n} is a cousin.", profile=[f"I keep a {n} secret."],
                style=[f"loud as {n}"], goal=f"To find the {n} key.",
            ),
        )
        for n in ("Ann", "Bob", "Kay", "Lou")
    )  # fmt: skip
    exemplar = Dialogue("e1", people[2:], (Turn("sKay", "Hm."), Turn("sLou", "Ha.")))
    this = play("Ann: Hi!\nBob: Hm.", Staging(mode="script"), job=Job(1, 0, people[:2], (exemplar,)))
    dialogue = await stage(this)
    assert not dialogue.failure
    system = requests(this)[0].messages[0]["content"]
    for name in ("Ann", "Bob"):
        for text in (f"{name} waves", f"{name} is a cousin", f"a {name} secret", f"loud as {name}", f"the {name} key"):
            assert text in system
    assert "I keep a Kay secret." in system
    assert not any(text in system for text in ("Kay waves", "loud as Kay", "the Kay key"))
    assert "have only just met" not in system


async def test_a_common_style_gives_way_to_a_way_of_talking_of_ones_own() -> None:
    this = play(counted, Staging(least=2, most=2, style=("formal", "brief")))
    await stage(this)
    text = requests(this)[0].messages[0]["content"]
    assert "Style: formal, brief, unless your own way of talking says otherwise." in text


async def test_who_does_not_open_hears_the_first_turn_first() -> None:
    this = play(counted, Staging(least=6, most=6))
    dialogue = await stage(this)
    assert requests(this)[1].messages[1] == {"role": "user", "content": dialogue.turns[0].text}
