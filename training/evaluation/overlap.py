"""How much of what was really said does a model say in its place, and how varied is it?

The model sees the real conversation up to the reply (and its own persona), and writes the next one.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from ...corpus.wording import words
from ...critics.language import pack
from ...critics.overlap import f1
from ...critics.tokenisation import split
from ...models.errors import Mistake
from ..needing import need_extra
from .bench import Bench, Cue
from .sample import Lacking, Samples, per_dialogue, percent
from .subject import Subject

Said = tuple[str, str, str]
"""What the model said, what was really said, the language."""

ORDER = 2
"""Longest n-grams of BLEU."""
ROUGE = {"ROUGE-1": "rouge1", "ROUGE-2": "rouge2", "ROUGE-L": "rougeL"}
SHARED = {"ROUGE-1": "common words", "ROUGE-2": "common word pairs", "ROUGE-L": "the longest common subsequence"}
F1 = "token-F1 of the written reply and the real one, 0 to 100, mean over replies; without punctuation and articles"
BLEU_2 = "corpus BLEU of words and word pairs (sacrebleu), 0 to 100"
ROUGES = "F of %s (rouge-score), 0 to 100, mean over replies"
DISTINCT = "different %s over all of them, in the written replies, 0 to 1"


def measure(subject: Subject, bench: Bench) -> list[Samples]:
    """F1, BLEU-2, ROUGE-1, ROUGE-2, ROUGE-L, distinct-1, distinct-2. Raises Lacking where nobody answers anybody, and
    where the libraries are not installed."""
    try:
        need_extra("sacrebleu", "rouge_score")
    except Mistake as missing:
        raise Lacking(str(missing)) from missing
    if not bench.asked:
        raise Lacking("in no dialogue of the test set does one speaker answer another")
    replies = subject.answers(bench.asked)
    bench.progress(subject.label, "overlap", 1, 1)
    said = [(reply, cue.reply, cue.persona.language) for reply, cue in zip(replies, bench.asked, strict=True)]
    f1s = per_dialogue(_with(bench.asked, [token_f1(*each) for each in said]))
    return [
        Samples("F1", f1s, percent, resampling="sums", about=F1),
        Samples("BLEU-2", _bleu(bench.asked, said), bleu, resampling="sums", about=BLEU_2),
        *_rouge(bench.asked, said),
        *(_distinct(bench.asked, replies, n) for n in (1, 2)),
    ]


def token_f1(one: str, other: str, language: str) -> float:
    """0 to 1; of a language that no words are known of, of all that stands between spaces."""
    known = pack(language)
    return f1(*((known.tokens(text) if known else tuple(split(text))) for text in (one, other)))


def bleu_counts(written: str, real: str, language: str = "en") -> tuple[float, ...]:
    """(words written, words of the real reply, matched words, matched pairs, written words, written pairs)."""
    score = _scorer(language).corpus_score([written], [[real]])
    return (score.sys_len, score.ref_len, *score.counts, *score.totals)


def bleu(items: Sequence[Sequence[float]]) -> float:
    """Corpus BLEU of `bleu_counts`, 0 to 100 (Papineni et al. 2002), with sacrebleu's smoothing of zero counts."""
    from sacrebleu.metrics.bleu import BLEU

    written, real, *counts = (sum(column) for column in zip(*items, strict=True))
    score = BLEU.compute_bleu(
        counts[:ORDER], counts[ORDER:], int(written), int(real), smooth_method="exp", max_ngram_order=ORDER
    )
    return float(score.score)


def rouge(written: str, real: str, language: str = "en") -> dict[str, float]:
    """F by its column, 0 to 1 (Lin 2004). English by rouge-score's own words, which know no other letters than a to z;
    other languages by ours."""
    from rouge_score.rouge_scorer import RougeScorer

    ours = None if language.startswith("en") else _Words()
    scores = RougeScorer(list(ROUGE.values()), tokenizer=ours).score(real, written)
    return {column: float(scores[kind].fmeasure) for column, kind in ROUGE.items()}


def distinct(items: Sequence[tuple[frozenset[Any], int]]) -> float:
    """Different n-grams over all n-grams (Li et al. 2016), of (those of a dialogue, how many it has), 0 to 1."""
    total = sum(count for _, count in items)
    return len(frozenset().union(*(grams for grams, _ in items))) / total if total else 0.0


class _Words:
    """What rouge-score takes for a tokenizer."""

    def tokenize(self, text: str) -> list[str]:
        return split(text)


def _scorer(language: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    tokenizer = {"zh": "zh", "ja": "char"}.get(language[:2], "13a")
    return BLEU(lowercase=True, max_ngram_order=ORDER, tokenize=tokenizer)


def _with(cues: Iterable[Cue], values: Iterable[float]) -> list[tuple[str, float]]:
    return [(cue.dialogue, value) for cue, value in zip(cues, values, strict=True)]


def _bleu(cues: Sequence[Cue], said: Sequence[Said]) -> dict[str, tuple[float, ...]]:
    found: dict[str, tuple[float, ...]] = {}
    for cue, each in zip(cues, said, strict=True):
        counts = bleu_counts(*each)
        before = found.get(cue.dialogue, (0.0,) * len(counts))
        found[cue.dialogue] = tuple(a + b for a, b in zip(before, counts, strict=True))
    return found


def _rouge(cues: Sequence[Cue], said: Sequence[Said]) -> list[Samples]:
    scores = [rouge(*each) for each in said]
    return [
        Samples(
            column,
            per_dialogue(_with(cues, [score[column] for score in scores])),
            percent,
            resampling="sums",
            about=ROUGES % SHARED[column],
        )
        for column in ROUGE
    ]


def _distinct(cues: Sequence[Cue], replies: Sequence[str], n: int) -> Samples:
    found: dict[str, tuple[frozenset[Any], int]] = {}
    for cue, reply in zip(cues, replies, strict=True):
        said = words(reply)
        grams: list[Any] = said if n == 1 else list(pairwise(said))
        before, count = found.get(cue.dialogue, (frozenset(), 0))
        found[cue.dialogue] = (before.union(grams), count + len(grams))
    about = DISTINCT % ("words" if n == 1 else "word pairs")
    return Samples(f"distinct-{n}", found, distinct, resampling="jackknife", limits=(0.0, 1.0), about=about)
