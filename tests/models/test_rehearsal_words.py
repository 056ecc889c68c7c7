"""Are the embedded model's words complete, clean, understood, and others than the profile's?"""

import re
from collections import Counter
from csv import DictReader
from pathlib import Path

import pytest

from tertulia.agents.parting import is_farewell, is_refusal
from tertulia.models.rehearsal.fact import fact
from tertulia.models.rehearsal.hearing import hear
from tertulia.models.rehearsal.lexicon import Act, lexicon
from tertulia.models.rehearsal.words import words

THANKS = re.compile(r"\b(?:thanks?|thank you)\b", re.I)


def f1(one: str, other: str) -> float:
    left, right = (
        Counter(w for w in re.sub(r"[^\w\s]", "", text.lower()).split() if w not in ("a", "an", "the"))
        for text in (one, other)
    )
    shared = (left & right).total()
    return 2 * shared / (left.total() + right.total()) if shared else 0.0


def sentences(text: str) -> list[str]:
    return [*re.split(r"(?<=[.!?])\s+", text), text]


# ---- the words


def test_the_taxonomy_has_its_51_categories_and_every_one_can_be_talked_about() -> None:
    families = words("taxonomy")
    assert {family: len(rows) for family, rows in families.items()} == {
        "demographic": 28,
        "psychographic": 19,
        "wellness": 4,
    }
    rows = [row for family in families.values() for row in family]
    assert len({path for path, _, _ in rows}) == 51
    for _, _, name in rows:
        topic = lexicon().topics[name]
        assert topic.facts
        assert topic.follow
        assert all(topic.lines[pool] for pool in ("tell", "asks", "lacks", "reacts", "more"))


def test_only_partings_take_leave_and_no_line_thanks_or_leaves_a_blank() -> None:
    for line in lexicon().lines():
        assert is_farewell(line.text) == (line.act is Act.BYE), line.text
        assert bool(THANKS.search(line.text)) == (line.act is Act.THANKS), line.text
        assert not is_refusal(line.text), line.text
        assert line.act is Act.SLIP or not re.search(r"[\[\]]", line.text), line.text


def test_every_line_is_understood_as_what_it_is() -> None:
    for line in (line for line in lexicon().lines() if line.act is not Act.SLIP):
        slots = dict.fromkeys(line.needs, "something new")
        piece = hear(line.filled(slots)).pieces[0]
        assert piece.line is not None, line.text
        assert (piece.line.act, piece.line.text) == (line.act, line.text)


# ---- profiles


@pytest.mark.parametrize(
    ("sentence", "topic", "slot", "value"),
    [
        ("I have two dogs.", "animal owned", "n", "two"),
        ("i work at a bank", "workplace", "place", "at a bank"),
        ("I am a baker, so my working day ends when yours begins.", "profession", "role", "a baker"),
        ("For nineteen years I have worked as a tram driver in Gdansk.", "profession", "role", "a tram driver"),
        ("I was born in Palermo, in the back of a baker's van.", "birthplace", "it", "Palermo"),
        ("My favourite band is the who.", "music artist", "it", "the who"),
        ("Stanislaw Lem is always in my bag for the last stop.", "book author", "it", "Stanislaw Lem"),
        ("Gotland in June is where I want to be buried, though late.", "preferred location", "it", "Gotland in June"),
        ("I like to swim with my friends", "sport", "it", "swim"),
        ("I love taking bubble baths.", "hobby", "doing", "taking bubble baths"),
        ("My irritable bowel decides whether I go out before breakfast.", "digestive disease", "it", "irritable bowel"),
        ("I do not eat meat.", "eating habit", "not", "meat"),
    ],
)  # fmt: skip
def test_a_profile_sentence_is_understood(sentence: str, topic: str, slot: str, value: str) -> None:
    known = fact(sentence)
    assert (known.topic, known.slots[slot]) == (topic, value)


ODD = (
    "I am a baker, so my working day ends when yours begins.",
    "i like donuts",
    "My wife spends all my money.",
    "I read twenty books a year.",
    "I like to play with my dolls.",
    "I have rainbow hair.",
    "I am here for shoplifting.",
    "They are constantly on my back.",
    "Its red with blue stripe so it shiny when i race.",
    "When i grow up i want to be a dog.",
    "A already have a children.",
    "I work in it and have been at the same company for 15 years.",
    "Whats up i am a 46 year old single dad 46 a kids.",
    "L also love comic books.",
    "The Count of Monte Cristo got me through a year in bed.",
    "I hold a doctorate in microbiology",
)


def check_tellings(sentence: str) -> None:
    ways = [way.text for way in (*fact(sentence).tellings, *fact(sentence).spare)]
    assert ways, sentence
    for way in ways:
        assert max(f1(part, sentence) for part in sentences(way)) < 0.8, (sentence, way)
        assert not re.search(r"[\[\]{}]", way), (sentence, way)
        assert "  " not in way, (sentence, way)
        slip = re.compile(r"\b(?:a|an) (?:a|an|the|my)\b|\bi\b")
        assert not slip.search(way) or slip.search(sentence), (sentence, way)


@pytest.mark.parametrize("sentence", ODD)
def test_any_sentence_can_be_told_in_other_words(sentence: str) -> None:
    check_tellings(sentence)


DATA = Path(__file__).parents[3] / "shared" / "data" / "synthetic_persona_chat_valid.csv"


@pytest.mark.skipif(not DATA.exists(), reason="the Synthetic-Persona-Chat file is not beside the repository")
def test_the_sentences_of_real_profiles_can_be_told_in_other_words() -> None:
    with DATA.open(encoding="utf-8", newline="") as file:
        rows = list(DictReader(file))
    profiles = {row[f"user {n} personas"] for row in rows for n in (1, 2)}
    for sentence in {line.strip() for profile in profiles for line in profile.splitlines() if line.strip()}:
        check_tellings(sentence)
