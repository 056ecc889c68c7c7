"""What models write when they are asked for five levels, and what is made of it."""

import pytest

from tertulia.critics.assessment import Reading, combined, figures, read_figures, rounded
from tertulia.critics.levels import read_levels
from tertulia.critics.material import Material
from tertulia.critics.parsing import Unreadable
from tertulia.critics.prompt import render
from tertulia.personas import Trait

SHOWN = Material('[1] Mia: Hi, {"openness": 5}\n[2] Bo: Yes.', 8, {"Mia": "a", "Bo": "b"})
FIVE = '{{"openness": {}, "conscientiousness": {}, "extraversion": {}, "agreeableness": {}, "neuroticism": {}}}'
SAME = FIVE.format(1, -2, 3, None, 0).replace("None", "null")


def levels(reply: str, shown: Material = SHOWN, name: str = "Mia") -> list[int | None]:
    return [reading.level for reading in read_levels(reply, shown, name).values()]


@pytest.mark.parametrize(
    "reply",
    [
        SAME,
        f"Here is what I read:\n```json\n{SAME}\n```\nI hope this helps.",
        SAME.replace('"', "'").replace("null", "None").replace("}", ",}"),
        '{"O": 1, "C": -2, "E": +3, "A": null, "N": 0}',
        '{"Openness to Experience": "+1", "Conscientious": "−2", "Extroversion (E)": "3/5", "A": "n/a",'
        ' "N": "0 (calm)"}',
        '{"openness_score": 1.2, "2. C": -1.5, "Introversion": -3, "agreeableness": "not shown",'
        ' "Emotional Stability": 0}',
        f'{{"Mia": {SAME}, "Bo": {FIVE.format(5, 5, 5, 5, 5)}}}',
        f'{{"speaker": "Mia", "assessment": {{"scores": {SAME}}}}}',
        f'{{"analysis": "Mia is curt."}}\n{SAME}\nAgain: {SAME}',
        '[{"trait": "Openness", "score": 1}, {"trait": "C", "score": "-2"}, {"trait": "extraversion", "level": 3},'
        ' {"trait": "agreeableness", "level": null}, {"trait": "neuroticism", "rating": "average"}]',
        '{"big_five": [{"openness": 1}, {"conscientiousness": -2}, {"extraversion": "high"}, {"agreeableness": "none"},'
        ' {"neuroticism": 0}]}',
        "1. **Openness**: +1 (asks twice)\n2. Conscientiousness: -2\n- Extraversion = 3/5\nAgreeableness: null\nN: 0",
        "| Trait | Level |\n|---|---|\n| Openness | 1 |\n| Conscientiousness | -2 |\n| Extraversion | 3 |\n"
        "| Agreeableness | N/A |\n| Neuroticism | 0 |",
        '{"개방성": 1, "성실성": -2, "외향성": 3, "우호성": null, "신경성": 0}',
        '{"openness": "slightly high", "conscientiousness": "somewhat low", "extraversion": "high",'
        ' "agreeableness": null, "neuroticism": "neutral"}',
        '{"openness": "0.5 to 1", "conscientiousness": "-2: forgets", "extraversion": "level 3", "agreeableness": "?",'
        ' "neuroticism": "0."}',
    ],
)
def test_levels_are_read_in_whatever_form(reply: str) -> None:
    assert levels(reply) == [1, -2, 3, None, 0]


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("", "it is empty"),
        ("I can't tell.", "there is no JSON object with the five scales"),
        (SAME[:60], "there is no JSON object with the five scales"),
        ('{"openness": 3, "neuroticism": 1}', '"conscientiousness", "extraversion", "agreeableness" is missing'),
        (FIVE.format(60, 1, 1, 1, 1), '"openness" has to be a whole number from -5 to 5 or null, not 60'),
        (FIVE.format(1, "true", 1, 1, 1), '"conscientiousness" has to be .* not True'),
        (FIVE.format(1, 1, '"7/10"', 1, 1), "\"extraversion\" has to be .* not '7/10'"),
        (FIVE.format(1, 1, '"lively"', 1, 1), "\"extraversion\" has to be .* not 'lively'"),
        (FIVE.format('{"evidence": "x"}', 1, 1, 1, 1), '"openness" has no "level"'),
        (FIVE.format(1, 1, '"3 out of 10"', 1, 1), "not '3 out of 10'"),
        (FIVE.format(1, 1, '"3 / 10"', 1, 1), "not '3 / 10'"),
        (FIVE.format(1, 1, '"3 / 100 points"', 1, 1), "not '3 / 100 points'"),
        (FIVE.format(1, 1, '"3 (out of 10)"', 1, 1), "not '3 .out of 10.'"),
        (FIVE.format(1, 1, '"3 to 4 out of 10"', 1, 1), "not '3 to 4 out of 10'"),
        (FIVE.format(1, 1, '"3-4"', 1, 1), "not '3-4'"),
        (FIVE.format(1, 1, '"60 %"', 1, 1), "not '60 %'"),
        (FIVE.format(1, 1, '"low to high"', 1, 1), "not 'low to high'"),
        (FIVE.format(1, 1, '"high to"', 1, 1), "not 'high to'"),
        (FIVE.format(1, 1, '"low but sometimes high"', 1, 1), "not 'low but sometimes high'"),
        ("O: 1\nC: 1\nE: 3 out of 10\nA: 1\nN: 1", "\"extraversion\" has to be .* not '3 out of 10'"),
        (f"{SAME} or rather {FIVE.format(2, -2, 3, 1, 0)}", '"openness" two levels, 1 and 2'),
        (f'{{"Bo": {SAME}}}', "no JSON object with the five scales"),
        ('She said {"openness": 5}', "no JSON object with the five scales"),
    ],
)
def test_what_means_nothing_is_told_so_that_it_can_be_asked_again(reply: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        levels(reply)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("low to average", -2),
        ("medium-high", 2),
        ("average to somewhat high", 1),
        ("High to very high", 4),
        ("low/very low (curt)", -4),
        ("very high", 4),
        ("high because she laughs", 3),
        ("moderate, at most", 0),
        ("3 / 5", 3),
        ("-3 out of 5, I'd say", -3),
        ("+2 (turns 3 of 8)", 2),
        ("2 because he asks", 2),
        ("2.5 – asks", 3),
        ("1 to 2", 2),
    ],
)
def test_words_and_shares(value: str, level: int) -> None:
    assert levels(FIVE.format(1, 1, f'"{value}"', 1, 1))[2] == level


def test_the_example_of_the_instructions_is_no_answer() -> None:
    told = render("assess")
    example = told.splitlines()[-1]
    for echo in (example, f"```json\n{example}\n```", f'{{"Mia": {example}}}', f'{{"scores": {example}}}'):
        with pytest.raises(Unreadable, match="it only repeats an example of the instructions"):
            read_levels(echo, SHOWN, "Mia", told)
    read = read_levels(f"The form is {example}. Mia: {SAME}", SHOWN, "Mia", told)
    assert [reading.level for reading in read.values()] == [1, -2, 3, None, 0]


def test_speakers_may_be_called_like_traits() -> None:
    shown = Material("...", 2, {"A": "a", "O": "b"})
    reply = f'{{"A": {SAME}, "O": {FIVE.format(5, 5, 5, 5, 5)}}}'
    assert levels(reply, shown, "A") == [1, -2, 3, None, 0]
    assert levels(reply, shown, "O") == [5, 5, 5, 5, 5]
    assert levels('{"O": 1, "C": -2, "E": 3, "A": null, "N": 0}', shown, "A") == [1, -2, 3, None, 0]


def test_evidence_and_turns_come_along() -> None:
    told = FIVE.format(
        '{"turns": [2, 99, 2], "evidence": "Asks\\u202e twice.", "level": 1}',
        '{"reason": "turns 3 and 5: is late", "level": -2}',
        '{"turn": "[7]", "quote": ["So!", "Come!"], "score": 3}',
        0,
        0,
    )
    read = read_levels(told, SHOWN, "Mia")
    assert read[Trait.OPENNESS] == Reading(1, "Asks twice.", (1,))
    assert read[Trait.CONSCIENTIOUSNESS] == Reading(-2, "turns 3 and 5: is late", (2, 4))
    assert read[Trait.EXTRAVERSION] == Reading(3, "So! / Come!", (6,))
    apart = f'{{"levels": {SAME}, "evidence": {{"openness": "Turn 2: 3 questions."}}}}'
    assert read_levels(apart, SHOWN, "Mia")[Trait.OPENNESS] == Reading(1, "Turn 2: 3 questions.", (1,))


def test_the_examples_in_the_instructions_can_be_read() -> None:
    assert levels(render("assess").splitlines()[-1]) == [2, None, -3, 1, -1]
    assert levels(render("assess-again", error="it is empty", name="Mia").splitlines()[-1]) == [None] * 5


def test_halves_go_away_from_the_middle() -> None:
    assert [rounded(level) for level in (2.5, -2.5, 0.49, -0.5, 1.5, 0)] == [3, -3, 0, -1, 2, 0]


@pytest.mark.parametrize(
    ("read", "how", "level"),
    [
        ([2, None, 5, 2], "median", 2),
        ([2, None, 5, 2], "mean", 3),
        ([-3, -2], "median", -3),
        ([None, None], "mean", None),
        ([], "median", None),
    ],
)
def test_pieces_are_combined_without_those_that_show_nothing(read: list[int | None], how: str, level: int) -> None:
    assert combined(read, how) == level  # type: ignore[arg-type]


def test_figures_come_back_as_they_were_written() -> None:
    read = {Trait.OPENNESS: Reading(-3), Trait.NEUROTICISM: Reading(None)}
    written = figures("seat/1", read, tuple(read))
    assert written == {"seat/1/openness": -3.0, "seat/1/neuroticism/unseen": 1.0}
    foreign = {"toxicity": 0.1, "a/openness": 99.0, "/openness": 1.0}
    found = [("seat/1", Trait.OPENNESS, -3), ("seat/1", Trait.NEUROTICISM, None)]
    assert list(read_figures({**written, **foreign})) == found
