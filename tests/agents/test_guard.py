"""Is a reply that no person would give told from an odd one that a person might?"""

import pytest

from tertulia.agents.guard import GUARDS, Moment, first_objection

BOB = Moment("Bob", ("Ann", "Cleo"), ("I whittle owls.",), ("Hello, I am Ann.",))


@pytest.mark.parametrize(
    "reply",
    [
        "I'm an AI researcher in Graz.",
        "As an AI engineer I sit all day.",
        "I work as a virtual assistant for three dentists.",
        "How can I help you? That's what I say all day at the desk.",
        "Okay, the user group meets on Friday.",
        "So the user manual was in Finnish.",
        "First, my profile on the app was blank.",
        "Okay, I need to answer this call, one second.",
        "It is not in character for him to be late.",
        "My stage persona is louder than I am.",
        "Note to self: never lend Tom the ladder.",
        "Bob! That is what my mother shouts all day.",
        "Bob? Yes, that's me.",
        "Bob, short for Robert, nice to meet you.",
        "I'm Ann's neighbour, by the way.",
        "Here is a line I like: all who wander are not lost.",
        "I was trained by an old carpenter.",
        "I'm happy to help with the boxes.",
    ],
)
def test_a_person_may_say_so(reply: str) -> None:
    assert first_objection(reply, BOB, tuple(GUARDS)) is None


@pytest.mark.parametrize(
    ("reply", "guard"),
    [
        ("Okay, the user wants me to answer in character.", "leaked-reasoning"),
        ("The user is asking about my hobbies, so I should mention owls.", "leaked-reasoning"),
        ("First, my profile says that I whittle owls.", "leaked-reasoning"),
        ("Alright, I need to respond as Bob here.", "leaked-reasoning"),
        ("Based on my persona, I would talk about owls.", "leaked-reasoning"),
        ("Let me stay in character. I whittle.", "leaked-reasoning"),
        ("<think>Ann greets me.</think> Hi!", "leaked-reasoning"),
        ("I whittle owls.<|im_end|>", "leaked-reasoning"),
        ("I whittle owls. [/INST]", "leaked-reasoning"),
        ("Assistant: I whittle owls.", "leaked-reasoning"),
        ("I whittle owls.\nUser: That is nice!", "leaked-reasoning"),
        ("### Response:\nI whittle owls.", "leaked-reasoning"),
        ("Sure! Here's Bob's response:\nI whittle owls.", "leaked-reasoning"),
        ("Here is what Bob would say: I whittle.", "leaked-reasoning"),
        ("As Bob, I would say that owls are fun.", "leaked-reasoning"),
        ("I whittle owls. (Note: I kept the response short, as asked.)", "leaked-reasoning"),
        ("As an AI, I don't have hobbies.", "role-reversal"),
        ("I’m just an AI, but owls are nice.", "role-reversal"),
        ("I am an AI assistant and have no hobbies.", "role-reversal"),
        ("As a large language model I have no hands.", "role-reversal"),
        ("I'm a virtual assistant designed to chat.", "role-reversal"),
        ("Hello! How can I help you today?", "role-reversal"),
        ("Owls are birds. How may I assist you?", "role-reversal"),
        ("I'm happy to help with any questions about owls!", "role-reversal"),
        ("I was created by OpenAI.", "role-reversal"),
        ("I don't have personal experiences or feelings, but owls are nice.", "role-reversal"),
        ("I'm Ann, nice to meet you.", "role-reversal"),
        ("Hello Bob! What do you do?", "role-reversal"),
        ("Bob, do you like tea?", "role-reversal"),
        ("Well, Bob, that's a great idea.", "role-reversal"),
        ("I whittle.\n**Ann:** How lovely!", "speaking-for-others"),
        ("...", "empty"),
        ("Hello, I am Ann!", "role-reversal"),
        ("I whittle owls!", "repeated-opening"),
    ],
)
def test_no_person_says_so(reply: str, guard: str) -> None:
    found = first_objection(reply, BOB, tuple(GUARDS))
    assert found
    assert found[0] == guard
