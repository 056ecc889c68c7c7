"""How is a set of people, or a pool of sentences, made up? Counted as it streams by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import NamedTuple

from .persona import Persona, ProfileSentence
from .taxonomy import Taxonomy
from .traits import Trait

UNKNOWN = ""
"""The category of sentences that have none."""


@dataclass
class Census:
    """Counts over people and their profile sentences; a pool has no people."""

    people: int = 0
    sentences: int = 0
    by_category: Counter[str] = field(default_factory=Counter)
    """Sentences by path; UNKNOWN for those without."""
    by_origin: Counter[str] = field(default_factory=Counter)
    entities: dict[str, Counter[str]] = field(default_factory=dict)
    """By entity key, each value in lower case, with how often it is given."""
    texts: Counter[str] = field(default_factory=Counter)
    """Each sentence, in lower case without punctuation at its end, with how often it is there."""
    words: Counter[int] = field(default_factory=Counter)
    """Sentences by their length in words."""
    profiles: Counter[int] = field(default_factory=Counter)
    """People by the length of their profile in sentences."""
    cleared: Counter[str] = field(default_factory=Counter)
    """People by the scorer that found no contradiction in them; an empty text: nobody has looked."""
    levels: dict[Trait, Counter[int]] = field(default_factory=dict)

    def add(self, other: "Census") -> None:
        """Take in the counts of another set."""
        self.people, self.sentences = self.people + other.people, self.sentences + other.sentences
        for name in ("by_category", "by_origin", "texts", "words", "profiles", "cleared"):
            getattr(self, name).update(getattr(other, name))
        for key, values in other.entities.items():
            self.entities.setdefault(key, Counter()).update(values)
        for trait, levels in other.levels.items():
            self.levels.setdefault(trait, Counter()).update(levels)

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


def count_people(people: Iterable[Persona], taxonomy: Taxonomy) -> Census:
    """Memory grows with the different sentences and entities, not with the people."""
    census = Census()
    for persona in people:
        census.people += 1
        census.profiles[len(persona.profile)] += 1
        census.cleared[persona.cleared_by] += 1
        for trait in Trait if persona.traits else ():
            census.levels.setdefault(trait, Counter())[persona.traits.level(trait)] += 1  # type: ignore[union-attr]
        _add(census, persona.profile, taxonomy)
    return census


def count_sentences(sentences: Iterable[ProfileSentence], taxonomy: Taxonomy) -> Census:
    """Of a pool."""
    census = Census()
    _add(census, sentences, taxonomy)
    return census


def diversity(census: Census, other: Census | None = None) -> list[Diversity]:
    """By entity key, the most frequent first; with another set also what both have."""
    keys = sorted(census.entities, key=lambda key: (-census.entities[key].total(), key))
    return [_diversity(key, census.entities[key], other.entities if other else None) for key in keys]


def _diversity(key: str, mine: Counter[str], others: Mapping[str, Counter[str]] | None) -> Diversity:
    if others is None:
        return Diversity(key, mine.total(), len(mine))
    theirs = others.get(key, Counter())
    shared, all = len(mine.keys() & theirs.keys()), len(mine.keys() | theirs.keys())
    return Diversity(key, mine.total(), len(mine), shared, shared / all if all else 0.0)


def _add(census: Census, sentences: Iterable[ProfileSentence], taxonomy: Taxonomy) -> None:
    for sentence in sentences:
        known = taxonomy.get(sentence.category) if sentence.category else None
        census.sentences += 1
        census.by_category[known.path if known else sentence.category or UNKNOWN] += 1
        census.by_origin[sentence.origin if sentence.category else UNKNOWN] += 1
        census.texts[sentence.text.casefold().strip().rstrip(".!?")] += 1
        census.words[len(sentence.text.split())] += 1
        if sentence.entity:
            key = known.key if known else sentence.category or UNKNOWN
            census.entities.setdefault(key, Counter())[" ".join(sentence.entity.casefold().split())] += 1
