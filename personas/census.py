"""How is a set of people, or a pool of sentences, made up? Counted as it streams by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import NamedTuple

from .generation.duplicates import plain
from .persona import Persona, ProfileSentence
from .taxonomy import Taxonomy
from .traits import Trait

UNKNOWN = ""
"""The category of sentences that have none."""


@dataclass
class Census:
    """Counts over people and their profile sentences; a pool has no people. Memory grows with the different sentences
    and entities, not with the people."""

    people: int = 0
    sentences: int = 0
    by_category: Counter[str] = field(default_factory=Counter)
    """Sentences by path; UNKNOWN for those without."""
    by_origin: Counter[str] = field(default_factory=Counter)
    entities: dict[str, Counter[str]] = field(default_factory=dict)
    """By entity key, each value in lower case, with how often it is given."""
    unsaid: int = 0
    """Sentences that do not say the entity they are given with; case and punctuation make no difference."""
    texts: dict[str, str] = field(default_factory=dict)
    """Each different sentence as it was first written, by its words: case and punctuation make no difference."""
    words: Counter[int] = field(default_factory=Counter)
    """Sentences by their length in words."""
    profiles: Counter[int] = field(default_factory=Counter)
    """People by the length of their profile in sentences."""
    cleared: Counter[str] = field(default_factory=Counter)
    """People by the scorer that found no contradiction in them; an empty text: nobody has looked."""
    levels: dict[Trait, Counter[int]] = field(default_factory=dict)

    def add_person(self, persona: Persona, taxonomy: Taxonomy) -> None:
        """Count one more, with its sentences."""
        self.people += 1
        self.profiles[len(persona.profile)] += 1
        self.cleared[persona.cleared_by] += 1
        self.add_traits(persona)
        for sentence in persona.profile:
            self.add_sentence(sentence, taxonomy)

    def add_traits(self, persona: Persona) -> None:
        """Count the levels alone."""
        if persona.traits:
            for trait in Trait:
                self.levels.setdefault(trait, Counter())[persona.traits.level(trait)] += 1

    def add_sentence(self, sentence: ProfileSentence, taxonomy: Taxonomy) -> None:
        """Count one more."""
        known = taxonomy.get(sentence.category) if sentence.category else None
        self.sentences += 1
        self.by_category[known.path if known else sentence.category or UNKNOWN] += 1
        self.by_origin[sentence.origin if sentence.category else UNKNOWN] += 1
        words = plain(sentence.text)
        self.texts.setdefault(words or sentence.text, sentence.text)
        self.words[len(sentence.text.split())] += 1
        if sentence.entity:
            self.unsaid += plain(sentence.entity) not in words
            key = known.key if known else sentence.category or UNKNOWN
            self.entities.setdefault(key, Counter())[" ".join(sentence.entity.casefold().split())] += 1

    @property
    def repeated(self) -> int:
        """Sentences that are there before, word for word."""
        return self.sentences - len(self.texts)

    @property
    def mean_words(self) -> float:
        return fmean(self.words.elements()) if self.words else 0.0

    @property
    def words_deviation(self) -> float:
        return pstdev(self.words.elements()) if self.words else 0.0


class Diversity(NamedTuple):
    """The entities of one key."""

    key: str
    values: int
    """Sentences that give one."""
    different: int
    shared: int | None = None
    """Of them also in the other set."""
    jaccard: float | None = None
    """Shared by all different ones of both sets, in [0, 1] (Lee et al. 2022, Table 4)."""


def count_sentences(sentences: Iterable[ProfileSentence], taxonomy: Taxonomy) -> Census:
    """Of a pool."""
    census = Census()
    for sentence in sentences:
        census.add_sentence(sentence, taxonomy)
    return census


def diversity(census: Census, other: Census | None = None) -> list[Diversity]:
    """By entity key, the most frequent first; with another set also what both have."""
    keys = sorted(census.entities, key=lambda key: (-census.entities[key].total(), key))
    return [_diversity(key, census.entities[key], other.entities if other else None) for key in keys]


def _diversity(key: str, mine: Counter[str], others: Mapping[str, Counter[str]] | None) -> Diversity:
    if others is None:
        return Diversity(key, mine.total(), len(mine))
    theirs = others.get(key, Counter[str]())
    shared, either = mine.keys() & theirs.keys(), mine.keys() | theirs.keys()
    return Diversity(key, mine.total(), len(mine), len(shared), len(shared) / len(either))
