"""When does an utterance take leave, or a model decline?"""

from pathlib import Path

import pytest
import yaml

import tertulia
from tertulia.agents import StopReason, Turn
from tertulia.agents.parting import is_farewell, is_refusal
from tertulia.agents.stopping import stopped, too_early

LEAVING = (
    "Bye!",
    "bye",
    "Ok bye Tom",
    "Goodbye, Tom, and thanks.",
    "Good-bye then.",
    "Take care!",
    "You take care of yourself, Tom.",
    "Look after yourself and take care!",
    "See you around.",
    "I'll see you tomorrow.",
    "I’ll see you there, then.",
    "It was nice talking to you.",
    "It’s been great to meet you, Ann.",
    "Nice chatting with you!",
    "It has been such a pleasure, truly.",
    "Have a great day!",
    "You too, have a lovely rest of your evening.",
    "I hope you have a great day.",
    "Have a great time at the concert!",
    "Good night, then.",
    "Goodnight everyone.",
    "I should get going. Take care of yourself!",
    "Talk to you later!",
    "Let's talk again soon.",
    "Well, see you.",
    "See ya Saturday!",
    "So long, friend.",
    "Safe travels!",
    "I'd better say goodbye now.",
    "Until next time!",
)
STAYING = (
    "I take care of my grandmother.",
    "I cook, clean, and take care of my grandmother.",
    "Take care not to slip, the stairs are wet.",
    "You take care of your mother, that's kind.",
    "I see you brought a book.",
    "I see you around the office a lot.",
    "See, you never know.",
    "It has been so long since I went.",
    "So long as it rains I stay.",
    "I have a great day ahead of me.",
    "We go out and have a nice evening.",
    "We said goodbye to our old house.",
    "It's hard to say goodbye to a dog.",
    "I had to say goodbye to my car.",
    "The goodbye was short.",
    "It's nice talking about books.",
    "Nice to meet you, I'm Tom.",
    "It's been a pleasure to cook with her.",
    "Good night shifts pay better.",
    "Have you said bye to her?",
    "Bye! Or wait, what was your name?",
    "I only drive in the safe travels club car.",
    "Goodbye is a word I hate, and I will tell you why.",
    "Take care! " + "And then there was the matter of the fence, which fell over. " * 4,
)


@pytest.mark.parametrize("text", LEAVING)
def test_leave_is_taken(text: str) -> None:
    assert is_farewell(text)


@pytest.mark.parametrize("text", STAYING)
def test_leave_is_not_taken_by_mentioning_it(text: str) -> None:
    assert not is_farewell(text)


def shipped() -> list[str]:
    """What the rehearsal model says at parting, and how the shipped exemplars end."""
    home = Path(tertulia.__file__).parent
    parting = yaml.safe_load((home / "models/rehearsal/parting.yaml").read_text())
    said = [line.replace("{name}", "Tom") for pool, lines in parting.items() if pool != "reason" for line in lines]
    exemplars = yaml.safe_load((home / "personas/library/exemplars.yaml").read_text())
    return [*said, *(turn["text"] for exemplar in exemplars for turn in exemplar["turns"][-2:])]


@pytest.mark.parametrize("text", shipped())
def test_every_shipped_farewell_takes_leave(text: str) -> None:
    assert is_farewell(text)


@pytest.mark.parametrize(
    "text",
    [
        "I’m sorry, but I can’t assist with that.",
        "Sorry, I can't help with that.",
        "I'm sorry, but I can't help you with that request.",
        "I cannot continue this roleplay.",
        "I can't participate in this conversation.",
        "I can't take part in this.",
        "I'm unable to engage in this type of conversation.",
        "I am not able to assist with that.",
        "Unfortunately, I cannot fulfill your request.",
        "I apologize, but I cannot create explicit content.",
        "I won't role-play this.",
    ],
)
def test_a_refusal(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "I can't help but laugh when my cat does that.",
        "I can't help it, I love them.",
        "I won't continue my studies, I think.",
        "I'm sorry, but I can't come on Friday.",
        "I cannot participate in races since my knee.",
        "I can't engage a lawyer, they cost too much.",
        "Sorry, I can't help you with the move on Friday.",
        "I can't write that well.",
        "She said: I can't help with that.",
    ],
)
def test_what_a_person_cannot_do_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize(("seats", "least", "first"), [(2, 8, 7), (2, 2, 1), (3, 8, 6), (8, 8, 6), (1, 4, 4)], ids=str)
def test_a_farewell_may_come_when_all_that_leave_after_it_reach_the_least(seats: int, least: int, first: int) -> None:
    assert too_early(first - 1, seats, least)
    assert not too_early(first, seats, least)


def test_three_of_three_have_to_leave() -> None:
    said = [Turn(seat, f"Line {n}.") for n, seat in enumerate("abcab")]
    leaving = [Turn(seat, "Goodbye!" if seat != "b" else "Take care!") for seat in "cab"]
    stops = [stopped([*said, *leaving[:n]], 3, 8, {"farewell"}) for n in (1, 2, 3)]
    assert stops == [None, None, StopReason.FAREWELL]
    assert stopped([*said[:4], leaving[0]], 3, 8, {"farewell"}) is StopReason.EARLY_FAREWELL
