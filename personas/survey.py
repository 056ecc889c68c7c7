"""What is in a set of people or a pool of sentences, and what is wrong with it? Counted, and looked at for repetitions
and for contradictions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from ..models.request import Events, unwatched
from ..models.scorer import Embedder, Nli
from .categorising import categorise
from .census import Census, count_sentences
from .consistency.blocking import Sample, pool_graph
from .consistency.conflict import Conflict, Conflicts, Thresholds
from .consistency.scoring import PairScorer
from .event import Progressed
from .generation.duplicates import Said
from .persona import Persona, ProfileSentence
from .remembering import Remembering
from .taxonomy import Taxonomy

if TYPE_CHECKING:
    import networkx as nx

CHUNK = 512
"""People that are looked at together; changes no figure."""
MOST = 50_000
"""Different sentences up to which every one is compared with every other."""
PAIRS = 500_000
"""Scored pairs after which the scorer begins anew, so that its memory doesn't grow with the people."""
EXAMPLES = 20


@dataclass(frozen=True)
class Clash:
    """Two sentences of one person, or of one pool, that don't go together."""

    who: str
    """Id of the person; empty in a pool."""
    first: str
    second: str
    kind: Conflict
    score: float


@dataclass(frozen=True)
class Survey:
    """What was found."""

    census: Census
    assigned: int
    """Sentences without a category for which the embedder chose one."""
    near: int | None
    """Different sentences that say nearly what an earlier one says; None where they are too many to compare."""
    scored: int
    """Pairs that were looked at for conflicts: all inside a person, in a pool those that can conflict."""
    scorer: str
    embedder: str
    clashes: tuple[Clash, ...]
    """The first 20; in a pool the surest."""
    contradictions: int
    exclusive: int = 0
    """Pairs of one person with two known values of a category of which one has one at a time."""
    redundant: int = 0
    """Pairs of one person that say the same."""
    afflicted: int = 0
    """People with a contradiction or two exclusive values."""
    miss_rate: float | None = None
    """In a pool: of random pairs that can't conflict by category and likeness, the share that does."""
    candidates: int | None = None
    """In a pool: pairs that can conflict."""
    farther: Sample | None = None
    """In a pool with too many of them: random ones beyond the nearest, which were scored."""


async def survey_people(
    people: Iterable[Persona],
    *,
    taxonomy: Taxonomy,
    embedder: Embedder,
    nli: Nli,
    thresholds: Thresholds | None = None,
    events: Events = unwatched,
) -> Survey:
    """Every pair inside each person is scored. People stream by; memory grows with the different sentences."""
    census, found, memory = Census(), _Clashes(), Remembering(embedder)
    scorer = PairScorer(nli, memory)
    about: dict[ProfileSentence, ProfileSentence] = {}
    assigned = scored = 0
    for chunk in _chunks(people):
        known = await _categorised(chunk, about, taxonomy, memory)
        for before, persona in zip(chunk, known, strict=True):
            census.add_person(persona, taxonomy)
            assigned += _assigned(before.profile, persona.profile)
        scorer = scorer if scorer.asked < PAIRS else PairScorer(nli, memory)
        scored += await _look(known, Conflicts(_all(known), taxonomy, scorer, thresholds), found)
        events(Progressed("check", census.people, 0, known[-1].name))
    near = await near_duplicates(census, memory, events)
    memory.forget()
    return Survey(
        census, assigned, near, scored, scorer.name, embedder.name, tuple(found.shown),
        found.contradictions, found.exclusive, found.redundant, found.afflicted,
    )  # fmt: skip


async def survey_pool(
    sentences: Iterable[ProfileSentence],
    *,
    taxonomy: Taxonomy,
    embedder: Embedder,
    nli: Nli,
    thresholds: Thresholds | None = None,
    most: int | None = None,
    events: Events = unwatched,
) -> Survey:
    """Pairs that can conflict are scored, and 2,000 random ones of the others, to measure what that misses; of very
    many pairs the nearest, and random ones beyond (see `pool_graph`)."""
    given, memory = list(sentences), Remembering(embedder)
    known = await _with_categories(given, taxonomy, memory, events)
    scorer, census, found = PairScorer(nli, memory, remember=False), count_sentences(known, taxonomy), _Clashes()
    looked = await pool_graph(known, scorer, taxonomy, thresholds, most=most, events=events)
    clashing = [edge for edge in _edges(looked.graph) if Conflict.CONTRADICTION in edge[2]]
    for a, b, kinds in sorted(clashing, key=lambda edge: -edge[2][Conflict.CONTRADICTION]):
        found.add("", (known[a], known[b]), kinds)
    near = await near_duplicates(census, memory, events)
    memory.forget()
    return Survey(
        census, _assigned(given, known), near, looked.looked_at, scorer.name, embedder.name,
        tuple(found.shown), found.contradictions, miss_rate=looked.miss_rate, candidates=looked.candidates,
        farther=looked.farther if looked.farther.of else None,
    )  # fmt: skip


async def entities_of(sentences: Iterable[ProfileSentence], taxonomy: Taxonomy, embedder: Embedder) -> Census:
    """Of the sentences that name an entity, to compare with another set. Streams."""
    census, stream = Census(), (sentence for sentence in sentences if sentence.entity)
    while chunk := list(islice(stream, CHUNK)):
        for sentence in await _with_categories(chunk, taxonomy, embedder):
            census.add_sentence(sentence, taxonomy)
    return census


async def near_duplicates(census: Census, embedder: Embedder, events: Events = unwatched) -> int | None:
    """How many of the different sentences are within a cosine of 0.9 of an earlier one; None for more than 50,000."""
    texts = list(census.texts.values())
    if len(texts) > MOST:
        return None
    said, near = Said(embedder), 0
    for start in range(0, len(texts), CHUNK):
        near += sum(map(bool, await said.repeats(texts[start : start + CHUNK])))
        events(Progressed("compare", min(start + CHUNK, len(texts)), len(texts), "for near-duplicates"))
    return near


class _Clashes:
    def __init__(self) -> None:
        self.shown: list[Clash] = []
        self.contradictions = self.exclusive = self.redundant = self.afflicted = 0

    def add(self, who: str, pair: tuple[ProfileSentence, ProfileSentence], kinds: Mapping[str, float]) -> bool:
        """Count a pair; whether it is one that a person can't have. That values exclude each other is believed only of
        values that are known, of categories that were not guessed."""
        contradiction = kinds.get(Conflict.CONTRADICTION, 0.0)
        exclusive = Conflict.EXCLUSIVE in kinds and all(one.entity and one.origin != "assigned" for one in pair)
        self.contradictions += contradiction > 0
        self.exclusive += exclusive
        self.redundant += Conflict.REDUNDANCY in kinds
        told = contradiction > 0 or (exclusive and who)
        if told and len(self.shown) < EXAMPLES:
            kind = Conflict.CONTRADICTION if contradiction else Conflict.EXCLUSIVE
            self.shown.append(Clash(who, pair[0].text, pair[1].text, kind, contradiction or 1.0))
        return contradiction > 0 or exclusive


async def _look(people: Sequence[Persona], conflicts: Conflicts, found: _Clashes) -> int:
    """Look at all pairs inside each; returns how many."""
    groups, start = [], 0
    for persona in people:
        groups.append(range(start, start + len(persona.profile)))
        start += len(persona.profile)
    await conflicts.look_inside(groups)
    for persona, group in zip(people, groups, strict=True):
        wrong = [
            found.add(persona.id, (conflicts.sentences[a], conflicts.sentences[b]), kinds)
            for a, b, kinds in _edges(conflicts.graph.subgraph(group))
        ]
        found.afflicted += any(wrong)
    return sum(len(group) * (len(group) - 1) // 2 for group in groups)


def _edges(graph: "nx.Graph[int]") -> list[tuple[int, int, Mapping[str, float]]]:
    """In the order of the places, the smaller one first."""
    edges = [(min(a, b), max(a, b), kinds) for a, b, kinds in graph.edges(data=True)]
    return sorted(edges, key=lambda edge: edge[:2])


async def _categorised(
    people: Sequence[Persona],
    about: dict[ProfileSentence, ProfileSentence],
    taxonomy: Taxonomy,
    embedder: Embedder,
) -> list[Persona]:
    """The people, each sentence with its category; `about` remembers what a sentence was found to be about."""
    new = list(dict.fromkeys(sentence for sentence in _all(people) if sentence not in about))
    about.update(zip(new, await _with_categories(new, taxonomy, embedder), strict=True))
    return [p.model_copy(update={"profile": tuple(about[sentence] for sentence in p.profile)}) for p in people]


async def _with_categories(
    sentences: Sequence[ProfileSentence], taxonomy: Taxonomy, embedder: Embedder, events: Events = unwatched
) -> list[ProfileSentence]:
    """Those without a category get one, where one fits. One that the taxonomy doesn't know is somebody's own."""
    bare = [place for place, sentence in enumerate(sentences) if not sentence.category]
    found = await categorise([sentences[place] for place in bare], taxonomy, embedder=embedder, events=events)
    known = list(sentences)
    for place, sentence in zip(bare, found, strict=True):
        known[place] = sentence
    return known


def _assigned(before: Iterable[ProfileSentence], after: Iterable[ProfileSentence]) -> int:
    return sum(bool(now.category and not was.category) for was, now in zip(before, after, strict=True))


def _all(people: Iterable[Persona]) -> list[ProfileSentence]:
    return [sentence for persona in people for sentence in persona.profile]


def _chunks(people: Iterable[Persona]) -> Iterator[list[Persona]]:
    stream = iter(people)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk
