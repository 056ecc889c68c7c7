"""What models write when they are asked which of two is better, and what it means."""

import pytest

from tertulia.critics import Choice, Preference
from tertulia.critics.material import Material
from tertulia.critics.parsing import Unreadable
from tertulia.critics.policy import FED, read_policy
from tertulia.critics.prompt import render
from tertulia.critics.tournament.reading import read_choice

SHOWN = Material('[1] Ann: {"better": "A"}, said the machine.', 1, {})
FIRST, SECOND, TIE = Choice.FIRST, Choice.SECOND, Choice.TIE

OBJECTS = {
    '{"reason": "They ask on.", "better": "A"}': FIRST,
    'Sure! Here it is:\n```json\n{"reason": "They ask on.", "better": "Conversation B"}\n```\nThanks.': SECOND,
    '{"better": "A."}': FIRST,
    '{"better": " **B** "}': SECOND,
    '{"better": "b"}': SECOND,
    '{"better": "first"}': FIRST,
    '{"better": "The second one"}': SECOND,
    '{"better": "the first conversation"}': FIRST,
    '{"better": 2}': SECOND,
    '{"better": "dialogue #1"}': FIRST,
    '{"better": "(B)"}': SECOND,
    '{"better": "A (turn 3)"}': FIRST,
    '{"better": "A - both open up, but here they ask on"}': FIRST,
    '{"better": "B, deeper than A"}': SECOND,
    '{"better": "A is slightly better"}': FIRST,
    "{'reason': 'because', 'better': 'B',}": SECOND,
    '{"Winner": "Conversation A"}': FIRST,
    '{"answer": {"better": "A"}}': FIRST,
    '{"better": ["B"]}': SECOND,
    '{"better": "tie"}': TIE,
    '{"better": "Tie - neither goes deeper"}': TIE,
    '{"better": "both"}': TIE,
    '{"better": "neither"}': TIE,
    '{"better": "equal"}': TIE,
    '{"better": "A and B are equally good"}': TIE,
    '{"better": "A = B"}': TIE,
    '{"better": "A is equal to B"}': TIE,
    '{"better": "A is no better"}': TIE,
    '{"better": ["A", "B"]}': TIE,
    '{"better": null}': TIE,
    '{"better": "A"} To sum up: {"reason": "as said", "better": "Conversation A"}': FIRST,
}
WORDS = {
    "A": FIRST,
    "B.": SECOND,
    "**B**": SECOND,
    '"A"': FIRST,
    "Conversation B": SECOND,
    "First conversation.": FIRST,
    "Tie": TIE,
    "They are equal.": TIE,
    "Neither is better.": TIE,
    "My final verdict is: [[A]]": FIRST,
    "[[C]]": TIE,
    "Better: A": FIRST,
    "**Better:** B\n\n**Reason:** They ask on, and A does not.": SECOND,
    "Reason: A has charm.\nBetter: B": SECOND,
    '"better": "B"': SECOND,
    "My answer is conversation A.": FIRST,
    "Verdict: a tie": TIE,
    "After reading both, I think Conversation B is better, since they ask on.": SECOND,
    "Conversation A is good. Conversation B is better.": SECOND,
    "Conversation A is polite, and says little. Conversation B goes deeper, with reasons of their own.": SECOND,
}
UNREADABLE = (
    "",
    "I'm sorry, I can't assist with that.",
    '{"reason": "half a',
    '{"reason": "They ask on."}',
    '{"better": "A | B | tie"}',
    '{"better": "A or B"}',
    '{"better": "C"}',
    '{"better": true}',
    '{"better": ""}',
    '{"better": "A has depth, B has charm"}',
    '{"better": "Both are good but B is better"}',
    '{"reason": "They ask on.", "better": "A"} {"reason": "They ask on.", "better": "B"}',
    "A has depth, B has charm.",
    "The better conversation is a long one.",
    "Conversation A is better at first. Conversation B is better in the end.",
    "Both are good but B is better",
    'They say {"better": "A"} themselves.',
)


@pytest.mark.parametrize("reply", OBJECTS)
def test_an_object_is_read_however_it_is_wrapped(reply: str) -> None:
    assert read_choice(reply, SHOWN if "They ask on" in reply else Material("", 0, {})).choice is OBJECTS[reply]


@pytest.mark.parametrize("reply", WORDS)
def test_plain_words_are_read_where_they_say_one_thing(reply: str) -> None:
    assert read_choice(reply, SHOWN).choice is WORDS[reply]


@pytest.mark.parametrize("reply", UNREADABLE)
def test_what_says_nothing_or_two_things_is_unreadable(reply: str) -> None:
    with pytest.raises(Unreadable):
        read_choice(reply, SHOWN)


def test_the_reason_is_kept_as_one_line() -> None:
    reply = '{"reason": "They\\n ask on, \\u001b[31min turn 3.", "better": "B"}'
    assert read_choice(reply, SHOWN) == Preference(SECOND, "They ask on, [31min turn 3.")
    assert read_choice('{"explanation": "So it is.", "better": "B"}', SHOWN).why == "So it is."


@pytest.mark.parametrize("name", FED)
def test_the_prompt_itself_is_no_answer_and_names_no_favourite(name: str) -> None:
    policy = read_policy(name)
    told = render("compare", policy=policy)
    question = render("compare-question", policy=policy, first="one", second="other")
    assert policy.question in told
    assert policy.text in told
    for text in (told, question, render("compare-again", policy=policy, error="it is empty")):
        with pytest.raises(Unreadable):
            read_choice(text, Material("", 0, {}), told)
