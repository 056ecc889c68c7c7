"""Each form of an example holds what its speaker heard and said, under the persona that is asked for."""

import pytest

from tertulia.agents import Dialogue, Member, SeatRole, Turn
from tertulia.models.local.templating import OPENING
from tertulia.personas import BigFive, Persona
from tertulia.training.data.conversing import examples, learners, roles_of, system_message
from tertulia.training.example import Example, Form, Speaker, System

ANN = Persona(
    name="Ann", profile=["I have two cats.", "I bake\nbread."], traits=BigFive(openness=3),
    statements=["I try new things."], style=("dry",), goal="to sell bread",
)  # fmt: skip
BOB, EVE = Persona(name="Bob"), Persona(name="Eve", profile=["I sail."])


def dialogue(*said: tuple[str, str], people: tuple[Persona, ...] = (ANN, BOB), roles: str = "") -> Dialogue:
    """`roles`: a letter a seat, u for user, a for assistant, - for none."""
    known = {"u": SeatRole.USER, "a": SeatRole.ASSISTANT}
    cast = tuple(
        Member(p.name.lower(), p, known.get(role)) for p, role in zip(people, roles or "-" * len(people), strict=True)
    )
    return Dialogue("d", cast, tuple(Turn(seat, text) for seat, text in said))


TALK = (("ann", "Hi."), ("bob", "Hello."), ("bob", "Cats?"), ("ann", "Two."), ("bob", "Bye."))


def told(example: Example) -> list[tuple[str, str]]:
    return [(message["role"][0], message["content"]) for message in example.messages if message["role"] != "system"]


def test_a_conversation_ends_with_the_last_own_turn() -> None:
    ann, bob = examples([dialogue(*TALK)])
    assert told(ann) == [("u", OPENING), ("a", "Hi."), ("u", "Hello.\n\nCats?"), ("a", "Two.")]
    assert told(bob) == [("u", "Hi."), ("a", "Hello.\n\nCats?"), ("u", "Two."), ("a", "Bye.")]
    assert (ann.id, ann.persona, ann.replies, bob.system) == ("d:ann", ANN, ("Hi.", "Two."), "")
    assert ann.system.startswith("You are Ann.\nWhat is true of you:\n- I have two cats.")


def test_single_replies() -> None:
    found = list(examples([dialogue(*TALK)], form=Form.PAIRS, system=System.TRAITS))
    assert [(each.seat, told(each)) for each in found] == [
        ("ann", [("u", "Hello.\n\nCats?"), ("a", "Two.")]),
        ("bob", [("u", "Hi."), ("a", "Hello.\n\nCats?")]),
        ("bob", [("u", "Two."), ("a", "Bye.")]),
    ]
    assert "openness 3" in found[0].system
    assert not found[1].system


def test_a_profile_is_told_from_own_lines_alone() -> None:
    (only,) = examples([dialogue(*TALK)], form=Form.PROFILE)
    (role, asked), answered = told(only)
    assert role == "u"
    assert asked.endswith("\n\nHi.\nTwo.")
    assert "Hello" not in asked
    assert not only.system
    assert answered == ("a", "I have two cats.\nI bake bread.")


@pytest.mark.parametrize(
    ("roles", "user", "assistant"),
    [("--", ["ann"], ["bob"]), ("au", ["bob"], ["ann"]), ("u-", ["ann"], ["bob"]), ("a-", ["bob"], ["ann"])],
)
def test_whose_turns_are_learned(roles: str, user: list[str], assistant: list[str]) -> None:
    made = dialogue(*TALK, roles=roles)
    assert learners(made, Speaker.USER) == user
    assert learners(made, Speaker.ASSISTANT) == assistant
    assert learners(made, Speaker.BOTH) == ["ann", "bob"]


def test_who_says_nothing_teaches_nothing() -> None:
    silent = dialogue(("ann", "Hi."), people=(ANN, BOB, EVE))
    assert [each.seat for each in examples([silent])] == ["ann"]
    assert list(examples([dialogue()])) == []
    assert roles_of(dialogue())["ann"] is SeatRole.ASSISTANT


def test_with_more_than_two_turns_bear_names() -> None:
    said = (("ann", "Hi."), ("bob", "Hello."), ("eve", "Hey."), ("ann", "Well."), ("bob", "So."))
    ann, bob, eve = examples([dialogue(*said, people=(ANN, BOB, EVE))])
    assert told(ann)[2] == ("u", "Bob: Hello.\n\nEve: Hey.")
    assert bob.system == "You are Bob."
    assert told(bob)[0] == ("u", "Ann: Hi.")
    assert told(eve) == [("u", "Ann: Hi.\n\nBob: Hello."), ("a", "Hey.")]


def test_what_a_system_message_tells() -> None:
    traits = system_message(ANN, System.TRAITS)
    assert traits.splitlines() == [
        "What you would say of yourself:",
        "- I try new things.",
        "Your personality, each trait from -5 to 5: "
        "openness 3, conscientiousness 0, extraversion 0, agreeableness 0, neuroticism 0",
    ]
    assert not system_message(ANN, System.NONE)
    assert not system_message(EVE, System.TRAITS)
    assert not system_message(BOB, System.PERSONA)
    assert system_message(BOB, System.PERSONA, named=True) == "You are Bob."
    assert "to sell bread" in system_message(ANN, System.PERSONA)
