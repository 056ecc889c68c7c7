"""Can the embedded model write profiles, ask and answer questions, deny sentences, and fit them to a personality?"""

import re
from random import Random

import pytest

from tertulia.models.errors import Mistake
from tertulia.models.rehearsal import Rehearsal, words
from tertulia.models.rehearsal.bank import anything, named, names
from tertulia.models.rehearsal.negating import negation
from tertulia.models.rehearsal.questioning import bank
from tertulia.models.request import Kind, Part, Request, Role, Task

ROWS = [row for rows in words.words("taxonomy").values() for row in rows]
LINE = re.compile(r"(?:(\d)\. )?(\S.*) \(([^():]+): ([^()]+)\)")
SLOT = re.compile(r"\{(\w+)\}")


async def say(task: Task, prompt: str, seed: int = 0, flaws: float = 0.0) -> str:
    request = Request("r", "r", (Part(Role.USER, Kind.INSTRUCTIONS, prompt),), seed=seed, task=task)
    return (await Rehearsal(flaws=flaws).complete(request)).text


# ---- profiles


def asked(path: str, key: str, more: str = "") -> str:
    example = "Category: Age\nEntity key: age\n1. I am forty. (age: forty)\n2. I turned 22. (age: 22)"
    return f"Write five sentences.\n\n{example}\n\nCategory: {path}\nEntity key: {key}\n{more}1."


def entries(reply: str, key: str) -> list[tuple[str, str]]:
    """Sentences and values; every line must have the form that was asked for."""
    found = [LINE.fullmatch(line) for line in reply.splitlines()]
    assert all(match and match[3] == key for match in found), reply
    assert [match[1] for match in found if match] == [None, "2", "3", "4", "5"]
    return [(match[2], match[4]) for match in found if match]


@pytest.mark.parametrize(("path", "key", "name"), ROWS)
async def test_every_category_gets_sentences_in_the_first_person_with_their_entity(
    path: str, key: str, name: str
) -> None:
    for seed in range(6):
        for sentence, value in entries(await say(Task.PROFILE, asked(path, key), seed), key):
            assert value.lower() in sentence.lower()
            assert value in named(name).values
            assert 2 < len(sentence.split()) < 26
            assert re.search(r"\b(?:I|me|my|My|we)\b", sentence), sentence
            assert re.fullmatch(r"[A-Z\d][^{}\[\]()]+\w\.", sentence), sentence


def test_every_category_has_enough_words_and_every_slot_is_filled() -> None:
    assert set(names()) == {name for _, _, name in ROWS} == set(words.profiles())
    for name in names():
        category = named(name)
        assert len(set(category.say)) >= 8
        assert len(set(category.values)) == len(category.values) >= 12
        assert {slot for text in (*category.say, *category.against) for slot in SLOT.findall(text)} <= {
            *category.slots,
            "it",
            "a",
        }


@pytest.mark.parametrize("row", [ROWS[0], ROWS[7], ROWS[28], ROWS[46], ROWS[50]], ids=lambda row: row[2])
async def test_forty_replies_hold_a_hundred_sentences_and_more(row: list[str]) -> None:
    path, key, _ = row
    found = [entries(await say(Task.PROFILE, asked(path, key), seed), key) for seed in range(40)]
    assert all(len({sentence for sentence, _ in reply}) == 5 for reply in found)
    assert len({sentence for reply in found for sentence, _ in reply}) >= 150


async def test_a_reply_depends_on_prompt_and_seed_alone() -> None:
    prompt = asked("Preference | Food", "food")
    first = await say(Task.PROFILE, prompt, 3, 0.15)
    assert first == await say(Task.PROFILE, prompt, 3, 0.15)
    assert first != await say(Task.PROFILE, prompt, 4, 0.15)
    assert first != await say(Task.PROFILE, prompt + " ", 3, 0.15)


async def test_animals_that_one_has_are_others_than_animals_that_one_likes() -> None:
    owned = await say(Task.PROFILE, asked("Possession | Animal", "animal"))
    liked = await say(Task.PROFILE, asked("preference|ANIMAL", "animal"))
    assert {value for _, value in entries(owned, "animal")} <= set(named("animal owned").values)
    assert {value for _, value in entries(liked, "animal")} <= set(named("preferred animal").values)


async def test_a_key_of_somebodys_own_gets_the_examples_of_the_prompt() -> None:
    more = "About: cheeses that a person likes\nFor example: brie; gouda; feta\n"
    for path, key in (("Dairy | Kind", "cheese"), ("Body | Blood", "blood group")):
        for seed in range(5):
            found = entries(await say(Task.PROFILE, asked(path, key, more), seed), key)
            assert {value for _, value in found} == {"brie", "gouda", "feta"}
            assert all(value in sentence.lower() for sentence, value in found)
    assert len(entries(await say(Task.PROFILE, asked("Body | Blood", "blood group")), "blood group")) == 5


async def test_examples_of_the_prompt_join_the_known_entities() -> None:
    prompt = asked("Preference | Food", "food", "For example: tteokbokki; hotteok\n")
    found = [entries(await say(Task.PROFILE, prompt, seed), "food") for seed in range(40)]
    assert {"tteokbokki", "hotteok"} < {value for reply in found for _, value in reply}


ARTICLE = re.compile(r"\b(an?) ([\w'-]+)", re.IGNORECASE)
SOUNDS_LIKE_A_VOWEL = re.compile(
    r"(?:[aeio]|u(?!ni|se|su|ku|to)|hour|honest|honou?r|heir|8|11\b|18\b|MBA\b|MIT\b)", re.IGNORECASE
)
SOUNDS_LIKE_A_CONSONANT = re.compile(r"(?:eu|one\b|once\b|ewe)", re.IGNORECASE)


def misarticled(sentence: str) -> list[str]:
    """Words after the wrong one of `a` and `an`."""
    found = [(match[1].lower(), match[2]) for match in ARTICLE.finditer(sentence)]
    return [f"{one} {word}" for one, word in found if (one == "an") != vowel(word)]


def vowel(word: str) -> bool:
    return bool(SOUNDS_LIKE_A_VOWEL.match(word)) and not SOUNDS_LIKE_A_CONSONANT.match(word)


def test_the_article_is_right_in_every_sentence_that_can_be_said() -> None:
    assert misarticled("I hold a Argentinian passport, and an uniform.") == ["a Argentinian", "an uniform"]
    assert not misarticled("An hour at a university, a European with an honest one-liner, an umbrella, a unicycle.")
    for category in map(named, names()):
        for text in (*category.say, *category.against):
            for value in category.values:
                rounds = max(
                    [len(category.slots[slot]) for slot in SLOT.findall(text) if slot in category.slots] or [1]
                )
                for number in range(rounds):
                    assert not misarticled(sentence := category.filled(text, value, Turning(number))), sentence


class Turning(Random):
    """Takes the n-th of each list, so that all of them come."""

    def __init__(self, number: int) -> None:
        super().__init__(0)
        self._number = number

    def choice(self, seq):  # type: ignore[no-untyped-def]
        return seq[self._number % len(seq)]


@pytest.mark.parametrize("liked", [True, False])
def test_a_key_of_ones_own_stands_where_a_thing_that_is_counted_may_stand(liked: bool) -> None:
    """`my magic spell`, `the magic spell`; not `of magic spell` or `for a eye colour`."""
    for key in ("magic spell", "eye colour"):
        bank = anything(liked).about(key, ("fire ball",))
        for text in (*bank.say, *bank.against):
            assert not misarticled(text), text
            assert len(re.findall(rf"\b(?:[Mm]y|the|favourite|kind of|says) {key}", text)) == text.count(key), text


def test_no_job_status_is_said_in_the_wrong_tense_or_after_being() -> None:
    for text in named("job status").say:
        assert not re.search(r"[Bb]eing \{it\}|I am \{it\} \{since\}", text), text


async def test_some_lines_have_the_faults_that_filters_look_for() -> None:
    prompt = asked("Preference | Sport", "sport")
    faulty = {"form": 0, "entity": 0, "stray": 0}
    said = []
    for seed in range(120):
        for line in (await say(Task.PROFILE, prompt, seed, 0.15)).splitlines():
            match = LINE.fullmatch(line)
            faulty["form"] += match is None
            if match and match[4].lower() not in match[2].lower():
                faulty["entity"] += 1
            elif match:
                faulty["stray"] += match[4] not in named("sport").values
                said.append(match[2])
    assert 5 < faulty["form"] < 60
    assert 25 < faulty["entity"] < 90
    assert 15 < faulty["stray"] < 70
    assert 0.65 < len(set(said)) / len(said) < 0.95


# ---- questions


@pytest.mark.parametrize(
    ("sentences", "topic"),
    [
        (("I love sushi.", "My favorite food is pizza.", "I could eat tacos every day."), "food"),
        (("I have two dogs.", "I own a cat named Tom."), "animal owned"),
        (("I work as a nurse.", "I am a teacher.", "I hate rain."), "profession"),
        (("I play the violin.", "I have played the guitar since school."), "music instrument"),
    ],
)
async def test_it_finds_the_question_that_sentences_answer(sentences: tuple[str, ...], topic: str) -> None:
    prompt = "Find it.\n\nSentences:\n" + "\n".join(f"- {sentence}" for sentence in sentences)
    assert await say(Task.QUESTION, prompt) in words.words("questions")[topic]


async def test_it_asks_about_a_shared_word_where_it_knows_no_topic() -> None:
    prompt = "Sentences:\n- The zeppelin above our roof was mine.\n- Nobody repairs a zeppelin like me."
    assert "zeppelin" in await say(Task.QUESTION, prompt)
    odd = await say(Task.QUESTION, "Sentences:\n- Blorp.\n- Grumpf.")
    assert odd.endswith("?")


async def test_more_questions_are_others_than_those_listed() -> None:
    assert len(set(bank())) >= 150
    known = list(bank()[:120])
    prompt = "Questions:\n" + "\n".join(f"- {text}" for text in known) + "\n\nWrite 9 more questions."
    lines = (await say(Task.QUESTION, prompt)).splitlines()
    assert [line.split(". ")[0] for line in lines] == [str(number) for number in range(1, 10)]
    asked = {line.partition(". ")[2] for line in lines}
    assert len(asked) == 9
    assert asked.isdisjoint(known)
    assert all(text.endswith("?") for text in asked)


async def test_questions_do_not_run_out() -> None:
    prompt = "Questions:\n" + "\n".join(f"- {text}" for text in bank()) + "\n\nWrite 30 more questions."
    assert len(set((await say(Task.QUESTION, prompt)).splitlines())) == 30


# ---- answers


def interview(question: str, *said: str) -> str:
    return "What is true of you:\n" + "".join(f"- {text}\n" for text in said) + f"\nQuestion: {question}"


async def test_every_question_gets_one_sentence_about_oneself() -> None:
    lengths = []
    for question in (*bank(), "Do you like mushrooms?", "Which superpower would you choose?"):
        answer = await say(Task.ANSWER, interview(question, "I have two cats."))
        assert re.fullmatch(r"(?:I|My) [^{}.?!]+\.", answer), (question, answer)
        lengths.append(len(answer.split()))
    assert 9 <= min(lengths) <= max(lengths) <= 20
    assert 14 < sum(lengths) / len(lengths) < 18


async def test_an_answer_fits_its_question_and_repeats_nothing() -> None:
    question = "Which instrument do you play?"
    answers = [await say(Task.ANSWER, interview(question), seed) for seed in range(20)]
    assert all(any(value in answer for value in named("music instrument").values) for answer in answers)
    assert len(set(answers)) > 15
    again = [await say(Task.ANSWER, interview(question, *answers), seed) for seed in range(20)]
    assert set(again).isdisjoint(answers)


# ---- denials


@pytest.mark.parametrize(
    ("sentence", "opposite"),
    [
        ("I love sushi.", "I do not love sushi."),
        ("I can't stand olives.", "I love olives."),
        ("I am a nurse, and I would choose it again.", "I am not a nurse."),
        ("I'm not married.", "I am married."),
        ("I have two dogs.", "I do not have any dogs."),
        ("I have a red car.", "I do not have a red car."),
        ("I have no children.", "I have children."),
        ("I can juggle.", "I cannot juggle."),
        ("I was born in Cork.", "I was not born in Cork."),
        ("My favorite color is red.", "My favorite color is not red."),
        ("I studied law in the evenings.", "I did not study law in the evenings."),
        ("I grew up on a farm.", "I did not grow up on a farm."),
        ("I don't eat meat.", "I eat meat."),
        ("At the moment I am retired.", "At the moment I am not retired."),
        ("Lego pays my wages.", "It is not true that Lego pays my wages."),
    ],
)
async def test_it_says_the_opposite(sentence: str, opposite: str) -> None:
    assert await say(Task.NEGATE, f"Deny it.\n\nSentence: {sentence}", flaws=0.15) == opposite


def test_no_denial_is_the_sentence_itself() -> None:
    chance = Random(1)
    for name in names():
        for text in named(name).say:
            sentence = named(name).filled(text, chance.choice(named(name).values), chance)
            assert negation(sentence).rstrip(".") not in sentence, sentence


# ---- personality


PERSONA = ("I have two brothers.", "I love to dance at parties with my friends.", "I read quietly at home, alone.")


def choice(*statements: str) -> str:
    numbered = "\n".join(f"{number}. {text}" for number, text in enumerate(PERSONA, 1))
    return f"Sentences:\n{numbered}\n\nPersonality:\n" + "\n".join(f"- {text}" for text in statements)


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        ("I talk a lot to people at parties.", "2"),
        ("I am quiet around strangers.", "3"),
        ("extraversion -4 (of -5 to 5)", "3"),
        ("extraversion: 4", "2"),
        ("The moon has no opinion.", "none"),
    ],
)
async def test_it_chooses_the_sentence_that_fits_a_personality(statement: str, number: str) -> None:
    assert {await say(Task.FIT, choice(statement), seed) for seed in range(3)} == {number}


# ---- all of them


async def test_clutter_surrounds_some_replies_and_hides_few() -> None:
    prompt = choice("I am quiet around strangers.")
    replies = [await say(Task.FIT, prompt, seed, 0.15) for seed in range(200)]
    assert 1 <= sum("3" not in reply for reply in replies) < 14
    assert 5 <= sum(reply != "3" and "3" in reply for reply in replies) < 40


@pytest.mark.parametrize("task", [Task.PROFILE, Task.QUESTION, Task.ANSWER, Task.NEGATE, Task.FIT])
async def test_a_prompt_that_lacks_what_its_task_needs_is_a_mistake(task: Task) -> None:
    with pytest.raises(Mistake, match=f"'{task.value}'"):
        await say(task, "Please.")


def test_its_identity_changes_with_any_words(monkeypatch: pytest.MonkeyPatch) -> None:
    read = words.Path.read_bytes
    before = words.fingerprint.__wrapped__()
    for name in ("food.yaml", "traits.yaml", "replies.yaml", "bank.py"):
        with monkeypatch.context() as patch:
            patch.setattr(words.Path, "read_bytes", lambda path, name=name: read(path) + b"#" * (path.name == name))
            assert words.fingerprint.__wrapped__() != before
    assert words.fingerprint.__wrapped__() == before
