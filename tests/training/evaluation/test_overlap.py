"""Overlap with what was really said: by hand on small cases, as the libraries have it on larger ones."""

import sys
from math import exp, sqrt
from random import Random

import pytest

from tertulia.training.evaluation.overlap import bleu, bleu_counts, distinct, measure, rouge, token_f1
from tertulia.training.evaluation.sample import Lacking

from .micro import bench, subject
from .people import dialogue

WORDS = "the a cat dog sat on mat hill with blue red kite and ran , . !".split()  # noqa: SIM905


def texts(seed: int) -> list[str]:
    rng = Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(1, 14))) for _ in range(60)]


def test_token_f1_counts_words_without_articles_and_punctuation() -> None:
    assert token_f1("The cat sat.", "A cat ran!", "en") == pytest.approx(2 * 1 / 4)
    assert token_f1("", "cat", "en") == 0.0
    assert token_f1("olá mundo", "Olá, gente", "xx") == pytest.approx(0.5)


def test_bleu_2_by_hand() -> None:
    written, real = "the cat sat", "the cat ran off"
    assert bleu_counts(written, real) == (3, 4, 2, 1, 3, 2)
    assert bleu([bleu_counts(written, real)]) == pytest.approx(100 * exp(1 - 4 / 3) * sqrt(2 / 3 * 1 / 2))
    assert bleu([bleu_counts("cat", "dog")]) == 0.0


def test_bleu_2_of_summed_counts_is_sacrebleu_s_of_the_corpus() -> None:
    from sacrebleu.metrics.bleu import BLEU

    written, real = texts(1), texts(2)
    counts = [bleu_counts(one, other) for one, other in zip(written, real, strict=True)]
    expected = BLEU(lowercase=True, max_ngram_order=2).corpus_score(written, [real]).score
    assert bleu(counts) == pytest.approx(expected)
    summed = tuple(map(sum, zip(*counts, strict=True)))
    assert bleu([summed]) == pytest.approx(expected)


def test_rouge_by_hand() -> None:
    found = rouge("the cat sat down", "the dog sat")
    assert found == pytest.approx({"ROUGE-1": 2 * 2 / 7, "ROUGE-2": 0.0, "ROUGE-L": 2 * 2 / 7})


def test_rouge_is_the_library_s_for_english_and_knows_other_letters_elsewhere() -> None:
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rouge1", "rouge2", "rougeL"])
    for written, real in zip(texts(3), texts(4), strict=True):
        scores = scorer.score(real, written)
        assert list(rouge(written, real).values()) == [scores[kind].fmeasure for kind in ("rouge1", "rouge2", "rougeL")]
    assert rouge("밥 먹었어", "밥 먹었어", "en")["ROUGE-1"] == 0.0
    assert rouge("밥 먹었어", "밥 먹었니", "ko")["ROUGE-1"] == pytest.approx(0.5)


def test_distinct_counts_each_word_once_over_all_dialogues() -> None:
    assert distinct([(frozenset({"a", "b"}), 3), (frozenset({"b", "c"}), 3)]) == pytest.approx(3 / 6)
    assert distinct([(frozenset(), 0)]) == 0.0


def test_a_model_that_says_what_was_said_has_all_points() -> None:
    asked, talks = subject(), bench(2)
    replies = {cue.id: cue.reply for cue in talks.asked}
    asked.replies = lambda prompts, **given: list(replies.values())  # type: ignore[method-assign]
    found = {samples.measure: samples.value for samples in measure(asked, talks)}
    assert found["F1"] == found["ROUGE-1"] == found["ROUGE-2"] == found["ROUGE-L"] == pytest.approx(100.0)
    assert found["BLEU-2"] == pytest.approx(100.0)
    said = [reply.lower().replace(".", "").split() for reply in replies.values()]
    assert found["distinct-1"] == pytest.approx(len({w for words in said for w in words}) / sum(map(len, said)))


def test_without_its_libraries_the_measure_is_lacking_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(Lacking, match=r"not installed: sacrebleu; .*pip install 'tertulia\[train\]'"):
        measure(subject(), bench(1))


def test_where_nobody_answers_there_is_nothing_to_write() -> None:
    from dataclasses import replace

    alone = replace(dialogue(0), turns=dialogue(0).turns[:1])
    with pytest.raises(Lacking, match="answer"):
        measure(subject(), bench(0, alone))
