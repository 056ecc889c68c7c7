"""Does a model still know who it is, after some turns of small talk? Persona-recall by the number of filler turns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...corpus.sample import Sample
from ...critics.claims import content
from ...critics.language import pack
from ...critics.tokenisation import split
from ...models.request import Role
from ...models.stream import stream
from ...personas.persona import ProfileSentence
from ..example import Example, Form, Message
from .bench import Bench, Cue
from .extraction import alike
from .ranking import hit, ranked
from .sample import Lacking, Samples, per_dialogue, percent
from .subject import Subject

FILLER = Path(__file__).parent / "filler.yaml"
TURNS = (0, 4, 8, 16)
"""Filler turns between the persona and the question, half of them the model's."""
CANDIDATES = 10
RECALL, TOLD = "recall", "told"
QUESTION = "By the way, remind me: what did you tell me about yourself?"
BEGUN = 'By the way, remind me: you told me something about yourself that began "{beginning}". How does it go on?'
SAME = 0.8
"""Token-F1 of content words from which what is true of another is true of the owner, too."""
TOKENS = 32
"""Most tokens of an answer."""
SHARE = 4
"""Replies of `Bench.replies` for one profile sentence, that is asked after each number of turns."""
ABOUT_RECALL = (
    "after so many turns of small talk, share of profile sentences to which the model gives the highest mean log "
    "likelihood as an answer, among 9 sentences of others, in percent; chance 10"
)
ABOUT_TOLD = "asked how the sentence goes on, share of answers with at least half of the content words that are missing"


@dataclass(frozen=True)
class Fact:
    """A profile sentence that is asked for, and whose it is."""

    owner: Example
    sentence: ProfileSentence
    others: tuple[str, ...]
    """Sentences that are true of somebody else."""

    @property
    def id(self) -> str:
        return f"{self.owner.id}:{self.sentence.text}"


def persona_recall(subject: Subject, bench: Bench) -> list[Samples]:
    """`recall@k` by choice and `told@k` by what it writes, for each of `TURNS`, with the persona as system message.

    Raises Lacking for a model that sees single utterances, and where there are no sentences to choose from.
    """
    if subject.form is Form.PAIRS:
        raise Lacking("it was taught to see the last utterance alone, so that there is nothing to remember")
    asked = facts(bench)
    if not asked:
        raise Lacking(f"it takes profiles, and {CANDIDATES - 1} sentences of other profiles to choose from")
    chosen, written = [], []
    for number, turns in enumerate(TURNS, 1):
        chosen.append(_chosen(subject, asked, turns, bench.seed))
        written.append(_written(subject, asked, turns, bench.seed))
        bench.progress(subject.label, RECALL, number, len(TURNS))
    return [*chosen, *written]


def facts(bench: Bench) -> list[Fact]:
    """Sentences of the speakers of the test set, the same for every model, each with 9 of others."""
    everything = sorted({text for example in bench.examples for text in example.persona.sentences})
    kept = Sample[tuple[Example, ProfileSentence]](max(bench.replies // SHARE, 1), f"{bench.seed} recall")
    for example in bench.examples:
        for sentence in example.persona.profile:
            kept.offer(f"{example.id}:{sentence.text}", (example, sentence))
    found = (_fact(example, sentence, everything, bench.seed) for example, sentence in kept)
    return sorted((fact for fact in found if fact), key=lambda fact: fact.id)


def asking(fact: Fact, question: str, turns: int, seed: int) -> Cue:
    """The place after so many turns of small talk where the question has been put."""
    messages = (*_small_talk(turns // 2, seed, fact.id), {"role": Role.USER.value, "content": question})
    owner, place = fact.owner, f"{fact.owner.dialogue} after {turns}: {question}"
    return Cue(place, owner.seat, 0, messages, fact.sentence.text, owner.persona)


@dataclass(frozen=True)
class Begun:
    """A sentence that is broken off: before its entity, or in the middle."""

    fact: Fact
    beginning: str
    missing: frozenset[str]
    """Content words of the rest that the beginning does not have."""

    def told_by(self, answer: str) -> bool:
        """Whether an answer has at least half of what is missing."""
        return 2 * len(self.missing & _content(answer, self.fact.owner.persona.language)) >= len(self.missing)


def begun(fact: Fact) -> Begun:
    """Nothing is missing where a sentence is too short to be broken off."""
    language, (beginning, rest) = fact.owner.persona.language, _halves(fact.sentence)
    return Begun(fact, beginning, _content(rest, language) - _content(beginning, language))


def _halves(sentence: ProfileSentence) -> tuple[str, str]:
    """What is told of a sentence, at least two words, and what is asked for: its entity, or its second half."""
    text = sentence.text.strip()
    at = text.find(sentence.entity) if sentence.entity else -1
    if sentence.entity and len(text[: max(at, 0)].split()) > 1:
        return text[:at].strip(), sentence.entity
    words = text.split()
    middle = max(2, (len(words) + 1) // 2)
    return " ".join(words[:middle]), " ".join(words[middle:])


def _chosen(subject: Subject, asked: Sequence[Fact], turns: int, seed: int) -> Samples:
    choices = ((fact, asking(fact, QUESTION, turns, seed), [fact.sentence.text, *fact.others]) for fact in asked)
    found = [(fact.owner.dialogue, hit(ranked(subject, cue, candidates))) for fact, cue, candidates in choices]
    about = f"{ABOUT_RECALL}; {len(asked)} sentences" if turns == TURNS[0] else ""
    return Samples(f"{RECALL}@{turns}", per_dialogue(found), percent, resampling="sums", about=about)


def _written(subject: Subject, asked: Sequence[Fact], turns: int, seed: int) -> Samples:
    broken = [each for each in map(begun, asked) if each.missing]
    cues = [asking(each.fact, BEGUN.format(beginning=each.beginning), turns, seed) for each in broken]
    answers = zip(broken, subject.answers(cues, max_tokens=TOKENS), strict=True)
    found = [(each.fact.owner.dialogue, float(each.told_by(answer))) for each, answer in answers]
    note = "" if found else "no profile sentence is long enough to be broken off"
    about = f"{ABOUT_TOLD}; {len(broken)} sentences" if turns == TURNS[0] else ""
    return Samples(f"{TOLD}@{turns}", per_dialogue(found), percent, resampling="sums", about=about, note=note)


def _fact(owner: Example, sentence: ProfileSentence, everything: Sequence[str], seed: int) -> Fact | None:
    """None where there are no 9 sentences that say something else than all of the owner's."""
    language, own = owner.persona.language, owner.persona.sentences
    order = stream(seed, "recall", owner.id, sentence.text).sample(range(len(everything)), len(everything))
    others: list[str] = []
    for place in order:
        if len(others) == CANDIDATES - 1:
            break
        if max(alike(everything[place], mine, language) for mine in own) < SAME:
            others.append(everything[place])
    return Fact(owner, sentence, tuple(others)) if len(others) == CANDIDATES - 1 else None


@lru_cache(maxsize=1)
def _exchanges() -> tuple[tuple[str, str], ...]:
    import yaml

    return tuple((said, answer) for said, answer in yaml.safe_load(FILLER.read_text(encoding="utf-8")))


def _small_talk(exchanges: int, seed: int, id: str) -> Iterator[Message]:
    """Longer talk begins with the shorter one, so that the numbers of turns differ in nothing else."""
    known = _exchanges()
    for place in stream(seed, "filler", id).sample(range(len(known)), len(known))[:exchanges]:
        said, answer = known[place]
        yield {"role": Role.USER.value, "content": said}
        yield {"role": Role.ASSISTANT.value, "content": answer}


def _content(text: str, language: str) -> frozenset[str]:
    """Stems of a text without function words, also where nothing is left."""
    known = pack(language)
    return content(text, known).all if known else frozenset(split(text))
