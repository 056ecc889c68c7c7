"""The C-score: what a reply entails of its speaker's profile, less what it contradicts."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tertulia.models.scorer import Inference, Pair
from tertulia.personas import Persona
from tertulia.personas.consistency.lexical import LexicalNli
from tertulia.training.evaluation.consistency import c_score, scored, sign
from tertulia.training.evaluation.sample import Lacking

from .people import bench, dialogues, subject

SAILS = ("I sail.", "I have two cats.")


class Written:
    """An NLI model that was told what it knows."""

    name = "written"
    languages = ("en",)

    def __init__(self, **known: Inference) -> None:
        self.known = {(key.split("__")[0], key.split("__")[1]): value for key, value in known.items()}
        self.asked: list[Pair] = []

    async def infer(self, pairs: Sequence[Pair]) -> Sequence[Inference]:
        self.asked += pairs
        return [self.known.get(pair, Inference(0.2, 0.7, 0.1)) for pair in pairs]


@pytest.mark.parametrize(
    ("inference", "expected"),
    [((0.5, 0.3, 0.2), 1), ((0.2, 0.6, 0.2), 0), ((0.1, 0.4, 0.5), -1), ((0.4, 0.4, 0.2), 0), ((0.1, 0.45, 0.45), 0)],
)
def test_the_most_likely_label_counts(inference: tuple[float, float, float], expected: int) -> None:
    assert sign(Inference(*inference)) == expected


def test_the_reply_is_the_premise_and_each_sentence_of_its_own_profile_a_hypothesis() -> None:
    nli = Written(a__p=Inference(0.9, 0.1, 0.0), a__q=Inference(0.8, 0.1, 0.1), b__q=Inference(0.0, 0.1, 0.9))
    assert scored(["a", "b", "a", " "], [("p", "q"), ("p", "q"), ("r",), ("p",)], nli) == [[1, 1], [0, -1], [0], [0]]
    assert nli.asked == [("a", "p"), ("a", "q"), ("b", "p"), ("b", "q"), ("a", "r")]


def test_words_alone_tell_plain_cases() -> None:
    replies = ["I sail every summer.", "I have five cats.", "The weather is nice."]
    assert scored(replies, [SAILS] * 3, LexicalNli()) == [[1, 0], [0, -1], [0, 0]]


def test_the_score_is_the_mean_over_replies_of_the_sums_over_sentences() -> None:
    model = subject("I own a small cat.")
    tested = bench(*dialogues(3), nli=LexicalNli())
    assert set(model.answers(tested.asked)) == {"I own a small cat."}
    [found] = c_score(model, tested)
    replies = {cue.dialogue: 0 for cue in tested.asked}
    for cue in tested.asked:
        replies[cue.dialogue] += 1
    by_cat = sum(cue.persona.name == "Person 1" for cue in tested.asked)  # who has one
    assert by_cat > 0
    assert found.by_dialogue == {"d0": (by_cat, replies["d0"]), "d1": (0, replies["d1"]), "d2": (0, replies["d2"])}
    assert found.value == pytest.approx(by_cat / len(tested.asked))
    assert found.detail["entailed"] == by_cat


def test_contradictions_are_subtracted() -> None:
    model, own = subject("I own a small cat."), "I own a small dog."
    nli = Written(**{f"I own a small cat.__{own}": Inference(0.0, 0.1, 0.9)})
    tested = bench(*dialogues(1), nli=nli)
    [found] = c_score(model, tested)
    assert found.value == pytest.approx(-sum(own in cue.persona.sentences for cue in tested.asked) / len(tested.asked))
    assert found.value < 0


def test_it_says_what_is_missing() -> None:
    model, talks = subject(), dialogues(1)
    with pytest.raises(Lacking, match="--nli"):
        c_score(model, bench(*talks))

    class Blind(Written):
        entails = False

    with pytest.raises(Lacking, match="contradictions alone"):
        c_score(model, bench(*talks, nli=Blind()))
    nobody = replace(talks[0], cast=tuple(replace(m, persona=Persona(name=m.name)) for m in talks[0].cast))
    with pytest.raises(Lacking, match="profile"):
        c_score(model, bench(nobody, nli=Written()))
