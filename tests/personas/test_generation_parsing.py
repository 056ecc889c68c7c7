"""Replies as models of 7B and others give them, when they were asked for lines `sentence (key: value)`."""

import pytest

from tertulia.personas.generation.parsing import ALONE, FORMLESS, KEYLESS, read_lines
from tertulia.personas.taxonomy import Category

ANIMAL = Category("Possession | Animal", "animal", "demographic", False)
CATS, PARROT, DOG = ("I have two cats.", "cats"), ("My parrot talks.", "parrot"), ("I own a dog.", "dog")

REPLIES = {
    "the first line lacks its number": (
        " I have two cats. (animal: cats)\n2. My parrot talks. (animal: parrot)",
        [CATS, PARROT],
    ),
    "all are numbered": ("1. I have two cats. (animal: cats)\n2. My parrot talks. (animal: parrot)", [CATS, PARROT]),
    "numbers with a bracket": ("1) I have two cats. (animal: cats)\n(2) I own a dog. (animal: dog)", [CATS, DOG]),
    "letters with a bracket": ("a) I have two cats. (animal: cats)\nb) I own a dog. (animal: dog)", [CATS, DOG]),
    "bullets": (
        "- I have two cats. (animal: cats)\n* My parrot talks. (animal: parrot)\n• I own a dog. (animal: dog)",
        [CATS, PARROT, DOG],
    ),
    "bold": ("**1. I have two cats.** (animal: cats)\n2. **I own a dog.** **(animal: dog)**", [CATS, DOG]),
    "emphasis": ("1. _I have two cats._ (animal: *cats*)", [CATS]),
    "a bold key": ("1. I have two cats. (**animal**: cats)", [CATS]),
    "code fences": ("```text\n1. I have two cats. (animal: cats)\n```", [CATS]),
    "code spans": ("1. `I have two cats.` `(animal: cats)`", [CATS]),
    "a lead-in": ("Sure! Here are five sentences:\n\n1. I have two cats. (animal: cats)", [CATS]),
    "square brackets": ("1. I have two cats. [animal: cats]", [CATS]),
    "the last bracket is missing": (
        "1. I have two cats. (animal: cats)\n2. My parrot talks. (animal: parrot",
        [CATS, PARROT],
    ),
    "a key in another case": ("1. I have two cats. (Animal: cats)\n2. I own a dog. (ANIMALS : dog)", [CATS, DOG]),
    "the key as the instructions call it": ("1. I have two cats. (entity key: cats)", [CATS]),
    "a value with brackets": (
        "1. I own a dog (a pug). (animal: dog (a pug))",
        [("I own a dog (a pug).", "dog (a pug)")],
    ),
    "a value with a colon": (
        "1. My cat is 2001: A Space Cat. (animal: 2001: A Space Cat)",
        [("My cat is 2001: A Space Cat.", "2001: A Space Cat")],
    ),
    "several on a line": (
        "1. I have two cats. (animal: cats) 2. My parrot talks. (animal: parrot) 3. I own a dog. (animal: dog)",
        [CATS, PARROT, DOG],
    ),
    "the prompt again": (
        "Category: Possession|Animal\nEntity key: x\nAbout: y\nFor example: dog\n1. I have two cats. (animal: cats)",
        [CATS],
    ),
    "a sentence in quotes": ('1. "I have two cats." (animal: cats)', [CATS]),
    "a line in quotes": ('1. "I have two cats. (animal: cats)"\n"2. I own a dog. (animal: dog)"', [CATS, DOG]),
    "a value in quotes": ("1. I have two cats. (animal: 'cats')", [CATS]),
    "quotes within": ('1. I call my cat "Miss Mao" (animal: Miss Mao).', [('I call my cat "Miss Mao".', "Miss Mao")]),
    "labels": ("Sentence: I have two cats. (animal: cats)\nSentence 2: I own a dog. (animal: dog)", [CATS, DOG]),
    "smart quotes": ("1. I’ve got a “cat” at home. (animal: “cat”)", [('I\'ve got a "cat" at home.', "cat")]),
    "wide brackets": ("1. 我有两只猫。（animal：猫）", [("我有两只猫。", "猫")]),
    "a JSON list": ('```json\n["I have two cats. (animal: cats)", "I own a dog. (animal: dog)"]\n```', [CATS, DOG]),
    "JSON objects": (
        '[{"text":"I have two cats.","animal":"cats"}, {"fact": "I own a dog.", "key": "animal", "value":"dog"}]',
        [CATS, DOG],
    ),
    "a JSON object around": ('Here: {"sentences": ["I have two cats. (animal: cats)"]}', [CATS]),
    "JSON that is cut off": ('["I have two cats. (animal: cats)",\n "I own a dog. (animal: dog', [CATS, DOG]),
    "line breaks that were escaped": ("I have two cats. (animal: cats)\\n2. I own a dog. (animal: dog)", [CATS, DOG]),
    "a bracket on the next line": (
        "1. I have two cats.\n   (animal: cats)\n2. I own a dog.\n(animal: dog)",
        [CATS, DOG],
    ),
    "the bracket first": ("(animal: cats) I have two cats.", [CATS]),
    "the bracket in the middle": (
        "1. I have two cats (animal: cats) and love them.",
        [("I have two cats and love them.", "cats")],
    ),
    "the full stop behind": ("1. I have two cats (animal: cats).", [CATS]),
    "two full stops": ("1. I have two cats. (animal: cats).", [CATS]),
    "a remark behind": ("1. I have two cats. (animal: cats) - This is about pets.", [CATS]),
    "a table": ("| 1. I have two cats. (animal: cats) |", [CATS]),
    "numbers of its own": (
        "10:30 is when I feed my cats. (animal: cats)\n1.5 litres is what my dog drinks. (animal: dog)",
        [("10:30 is when I feed my cats.", "cats"), ("1.5 litres is what my dog drinks.", "dog")],
    ),
    "an abbreviation": ("1. My dog is from the U.S. (animal: U.S.)", [("My dog is from the U.S.", "U.S.")]),
    "lines of Windows": ("1. I have two cats. (animal: cats)\r\n2. I own a dog. (animal: dog)\r\n", [CATS, DOG]),
    "terminal commands": ("1. I have \x1btwo\x00 cats. (animal: cats\ud800)", [CATS]),
}


@pytest.mark.parametrize("name", REPLIES)
def test_what_stands_around_a_line_does_not_matter(name: str) -> None:
    reply, expected = REPLIES[name]
    lines = read_lines(reply, ANIMAL)
    assert [(line.text, line.value) for line in lines if not line.wrong] == expected
    assert [line for line in lines if line.wrong] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("1. I have two cats.", FORMLESS),
        ("1. I have two cats. {animal: cats}", FORMLESS),
        ("I am a language model and have no pets.", FORMLESS),
        ("1. I have two cats. (cats)", KEYLESS),
        ("1. I have two cats. (ca", KEYLESS),
        ("(animal: cats)", ALONE),
        ("1. I have two cats. (animal: )", "the value is empty"),
        ("1. I call my dog Rex. (name: Rex)", "its key is 'name', not 'animal'"),
    ],
)
def test_what_is_no_line_is_kept_as_it_was_written(line: str, wrong: str) -> None:
    (found,) = read_lines(f"{line}\n", ANIMAL)
    assert (found.wrong, found.raw) == (wrong, line)


def test_what_stands_under_another_category_is_not_taken() -> None:
    reply = (
        "**Category:** Preference | Food\nEntity key: food\n1. I have a hot dog. (animal: hot dog)\n\n"
        "Category: possession|animal\n1. I have two cats. (animal: cats)\n\nCategory: Family | Sibling\n1. I own a"
    )
    lines = read_lines(reply, ANIMAL)
    assert [line.wrong for line in lines] == [
        "it stands under another category",
        "",
        "it stands under another category",
    ]


def test_a_remark_after_several_on_a_line_is_told() -> None:
    lines = read_lines("I have two cats. (animal: cats) I own a dog. (animal: dog) Shall I go on?", ANIMAL)
    assert [(line.value, line.wrong) for line in lines] == [("cats", ""), ("dog", ""), ("", FORMLESS)]


@pytest.mark.parametrize("reply", ["", " \n\n", "1.\n2.\n3.", "```\n```", "Here you are:"])
def test_nothing_is_nothing(reply: str) -> None:
    assert read_lines(reply, ANIMAL) == []


@pytest.mark.parametrize(
    "reply", ["(" * 30_000, "[" * 30_000, "1. " * 9_000, "(animal: " * 3_000, "[{" * 9_000, '"' * 30_000]
)
def test_rubbish_is_no_accident(reply: str) -> None:
    assert all(line.wrong for line in read_lines(reply, ANIMAL))


def test_only_the_last_bracket_of_a_reply_that_was_cut_off_is_open() -> None:
    lines = read_lines("1. I have two cats. (animal: cats)\n2. My parrot talks. (animal: parrot", ANIMAL)
    assert [line.cut for line in lines] == [False, True]
