"""Can a model tell the profile behind what somebody said? Its sentences are matched to those of the profile."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from json import JSONDecodeError, JSONDecoder
from typing import TYPE_CHECKING, Any, NamedTuple

from ...corpus.sample import Sample
from ...critics.claims import content
from ...critics.language import pack
from ...critics.overlap import f1, reaches
from ...critics.statement import spoken
from ...critics.tokenisation import Words, split
from ...models.scorer import Embedder
from ...personas.persona import ProfileSentence
from ..data.conversing import examples
from ..data.masking import prompt_of
from ..example import Example, Form
from .bench import Bench
from .sample import Lacking, Samples
from .subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

F = "profile F"
F_MEANING = f"{F} (cosine)"
ABOUT = (
    "the model writes the profile behind all that a speaker said; its sentences are matched to the true ones, "
    "one to one, where half of the content words are the same; 0 to 100"
)
TOKENS = 160
"""Most tokens of a profile that a model writes."""
SAME_WORDS = 0.5
"""Token-F1 of content words from which two sentences say the same."""
SAME_MEANING = 0.8
"""Cosine from which they do, to an embedder of sentences: MiniLM finds .74 between a dog and a cat that one has."""
LONGEST = 8000
"""Characters of a reply that are read."""


class Matched(NamedTuple):
    """Sentences, of one speaker or summed over several."""

    right: float
    told: float
    """By the model."""
    true: float
    """Of the profile."""


def profile_f(subject: Subject, bench: Bench) -> list[Samples]:
    """Precision, recall and F over all profile sentences of the test set, 0 to 100 (micro-averaged).

    The model is asked as in training on the form `profile`: everything that one speaker said, and nothing of who it is.
    With an embedder of sentences F by its cosines, too. Who says more than the model reads is left out. Raises Lacking
    where nobody has a profile, and where that leaves nobody.
    """
    every = drawn(bench)
    if not every:
        raise Lacking("no speaker has a profile")
    asked = [example for example in every if _fits(subject, example)]
    if not asked:
        raise Lacking(f"what anybody says and a profile are more than the {subject.loaded.reads} tokens that it reads")
    prompts = [example.messages[:-1] for example in asked]
    told = [told_in(reply) for reply in subject.replies(prompts, max_tokens=TOKENS, traits=[None] * len(prompts))]
    people = [example.persona for example in asked]
    found = [matched(ours, one.profile, one.language) for ours, one in zip(told, people, strict=True)]
    samples = _samples(asked, found, len(every) - len(asked))
    if bench.embedder is None:
        return samples
    near = [matched_by_meaning(ours, one.sentences, bench.embedder) for ours, one in zip(told, people, strict=True)]
    about = f"the same, where a cosine of {SAME_MEANING:g} says the same, by {bench.embedder.name}"
    return [*samples, Samples(F_MEANING, _summed(asked, near), f_score, resampling="sums", about=about)]


def _fits(subject: Subject, example: Example) -> bool:
    """Whether there is room for all that somebody says, and for the answer."""
    said = prompt_of(example.messages[:-1], subject.loaded.tokenizer)
    return len(said) + TOKENS <= subject.loaded.reads


def drawn(bench: Bench) -> list[Example]:
    """Speakers with what they said, half as many as `Bench.replies`, the same for every model."""
    chosen = Sample[Example](max(bench.replies // 2, 1), f"{bench.seed} extraction")
    for example in examples(bench.dialogues, form=Form.PROFILE, speaker=bench.speaker):
        chosen.offer(example.id, example)
    return sorted(chosen, key=lambda example: example.id)


def told_in(reply: str) -> list[str]:
    """The sentences of a reply, each once: items of a JSON list, or lines without bullets, numbers and quotes.

    Headings and courtesies before a colon (`Here is the profile:`) are no sentences. A reply of a single line is taken
    apart at its full stops.
    """
    text = reply[:LONGEST]
    listed = _listed(text)
    lines = [_bare(line) for line in (text.splitlines() if listed is None else listed)]
    found = [line for line in lines if any(map(str.isalnum, line))]
    if listed is None and len(found) == 1:
        found = list(spoken(found[0]))
    return list(dict.fromkeys(found))


def matched(told: Sequence[str], true: Sequence[ProfileSentence], language: str = "en") -> Matched:
    """One to one, as many pairs as possible, whose content words have a token-F1 of at least `SAME_WORDS`.

    Function words count where a sentence has nothing else: `I have a dog` and `I have a cat` are two facts. Where the
    entity of a profile sentence is known, one of its words has to be told.
    """
    import numpy as np

    same = np.array([[_same(one, other, language) for other in true] for one in told], dtype=bool)
    return _assigned(same.reshape(len(told), len(true)))


def alike(one: str, other: str, language: str = "en") -> float:
    """Token-F1 of the content words of two sentences, 0 to 1."""
    return f1(content_words(one, language), content_words(other, language))


def matched_by_meaning(told: Sequence[str], true: Sequence[str], embedder: Embedder) -> Matched:
    """One to one, as many pairs as possible, of a cosine of at least `SAME_MEANING`."""
    vectors = asyncio.run(embedder.embed([*told, *true]))
    return _assigned(vectors[: len(told)] @ vectors[len(told) :].T >= SAME_MEANING - 1e-6)


def precision(found: Sequence[Sequence[float]]) -> float:
    """Percent of the model's sentences that are right, of `Matched`; 0 where it told none."""
    right, told, _ = _sums(found)
    return 100.0 * right / told if told else 0.0


def recall(found: Sequence[Sequence[float]]) -> float:
    """Percent of the profiles' sentences that were told."""
    right, _, true = _sums(found)
    return 100.0 * right / true if true else 0.0


def f_score(found: Sequence[Sequence[float]]) -> float:
    """Harmonic mean of precision and recall over all sentences, in percent."""
    right, told, true = _sums(found)
    return 200.0 * right / (told + true) if told + true else 0.0


def _sums(found: Sequence[Sequence[float]]) -> Matched:
    return Matched(*(sum(column) for column in zip(*found, strict=True))) if found else Matched(0.0, 0.0, 0.0)


def _samples(asked: Sequence[Example], found: Sequence[Matched], left_out: int) -> list[Samples]:
    sums = _summed(asked, found)
    right, told, true = _sums(found)
    counts = {"speakers": len(asked), "right": right, "told": told, "true": true}
    note = f"{left_out} speakers are left out, who say more than it reads" if left_out else ""
    return [
        Samples(F, sums, f_score, resampling="sums", about=ABOUT, note=note, detail=counts),
        Samples(f"{F} precision", sums, precision, resampling="sums"),
        Samples(f"{F} recall", sums, recall, resampling="sums"),
    ]


def _summed(asked: Sequence[Example], found: Sequence[Matched]) -> dict[str, Matched]:
    sums: dict[str, Matched] = {}
    for example, each in zip(asked, found, strict=True):
        before = sums.get(example.dialogue)
        sums[example.dialogue] = _sums([before, each]) if before else each
    return sums


def _assigned(same: "NDArray[np.bool_]") -> Matched:
    """`same`: (told, true)"""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(same.astype(float), maximize=True)
    told, true = same.shape
    return Matched(float(same[rows, columns].sum()), float(told), float(true))


def content_words(text: str, language: str = "en") -> Words:
    """Stems of a sentence's words without function words, each once; all words where it has no others, and in a
    language of which no words are known."""
    known = pack(language)
    if known is None:
        return tuple(split(text))
    return tuple(content(text, known).all) or known.tokens(text)


def _same(told: str, true: ProfileSentence, language: str) -> bool:
    entity = content_words(true.entity or "", language)
    named = not entity or not set(entity).isdisjoint(content_words(told, language))
    return named and reaches(alike(told, true.text, language), SAME_WORDS)


def _listed(text: str) -> list[str] | None:
    """The texts of the first JSON list; None without one."""
    at = text.find("[")
    while at >= 0:
        try:
            value, _ = JSONDecoder().raw_decode(text, at)
        except (JSONDecodeError, RecursionError):
            value = None
        if isinstance(value, list) and value and all(isinstance(item, str | dict) for item in value):
            return [found for item in value for found in _texts(item)]
        at = text.find("[", at + 1)
    return None


def _texts(item: Any) -> Iterator[str]:
    """`"I sail."`, or the first text of `{"text": "I sail.", ...}`."""
    if isinstance(item, dict):
        item = next((value for value in item.values() if isinstance(value, str)), None)
    if isinstance(item, str):
        yield item


def _bare(line: str) -> str:
    """Without what stands around a sentence; empty for a heading, a fence, or a courtesy."""
    text = _BEFORE.sub("", line.strip(_AROUND)).strip(_AROUND)
    text = _COURTESY.sub("", text).strip(_AROUND)
    return "" if text.endswith((":", "：")) or text.casefold() == "json" else text


_AROUND = " \t\"'`*_“”‘’«»「」,[]{}#>|"
_BEFORE = re.compile(r"^(?:[-–•+·◦]+|\(?(?:\d{1,2}|[a-h])[.):])\s*(?=\S)", re.IGNORECASE)
_COURTESY = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok)\b[,.! ]*)?"
    r"(?:(?:here|this|these)(?:'s| is| are)|(?:the |their |your |my )?(?:profile|persona|facts?|sentences?|answer)\b)"
    r"[^:\n]{0,60}:\s*",
    re.IGNORECASE,
)
