"""What is in a set of people or a pool of sentences, and what is wrong with it? Counted, and looked at for repetitions
and for contradictions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ..models.request import Events, unwatched
from ..models.scorer import Embedder, Nli
from .categorising import categorise
from .census import Census, count_people, count_sentences
from .consistency.blocking import pool_graph
from .consistency.conflict import Conflict, Conflicts, Thresholds
from .consistency.scoring import PairScorer
from .event import Progressed
from .generation.duplicates import Said
from .persona import Persona, ProfileSentence
from .taxonomy import Taxonomy

CHUNK = 512
"""People that are looked at together; changes no figure."""
MOST = 50_000
"""Different sentences up to which every one is compared with every other."""
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
    """Sentences whose category the embedder chose."""
    near: int | None
    """Different sentences that say nearly what an earlier one says; None where they are too many to compare."""
    scored: int
    """Pairs that were looked at for conflicts: all inside a person, in a pool those that can conflict."""
    scorer: str
    embedder: str
    clashes: tuple[Clash, ...]
    """The first 20 people's surest; in a pool the surest."""
    contradictions: int
    exclusive: int
    """Pairs with two known values of a category of which one has one at a time."""
    afflicted: int = 0
    """People with a contradiction or two exclusive values."""
    miss_rate: float | None = None
    """In a pool: of random pairs that were not looked at, the share that conflicts."""


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
    scorer, census, found = PairScorer(nli, embedder), Census(), _Clashes()
    about: dict[ProfileSentence, ProfileSentence] = {}
    assigned = scored = 0
    for chunk in _chunks(people):
        known = await _categorised(chunk, about, taxonomy, embedder)
        assigned += sum(s.origin == "assigned" for persona in known for s in persona.profile)
        census.add(count_people(known, taxonomy))
        scored += await _look(known, Conflicts(_all(known), taxonomy, scorer, thresholds), found)
        events(Progressed("check", census.people, 0, known[-1].name))
    near = await near_duplicates(census, embedder, events)
    return Survey(
        census, assigned, near, scored, scorer.name, embedder.name, tuple(found.shown),
        found.contradictions, found.exclusive, found.afflicted,
    )  # fmt: skip


async def survey_pool(
    sentences: Iterable[ProfileSentence],
    *,
    taxonomy: Taxonomy,
    embedder: Embedder,
    nli: Nli,
    thresholds: Thresholds | None = None,
    events: Events = unwatched,
) -> Survey:
    """Pairs that can conflict are scored, and 2,000 random ones of the others, to measure what that misses."""
    known = await categorise(list(sentences), taxonomy, embedder=embedder, events=events)
    scorer = PairScorer(nli, embedder)
    census = count_sentences(known, taxonomy)
    looked = await pool_graph(known, scorer, taxonomy, thresholds, events=events)
    found = _Clashes()
    for a, b, kinds in sorted(looked.graph.edges(data=True), key=lambda edge: -edge[2].get(Conflict.CONTRADICTION, 0)):
        found.add("", (known[a], known[b]), kinds)
    near = await near_duplicates(census, embedder, events)
    assigned = sum(sentence.origin == "assigned" for sentence in known)
    return Survey(
        census, assigned, near, looked.scored + looked.sampled, scorer.name, embedder.name, tuple(found.shown),
        found.contradictions, found.exclusive, miss_rate=looked.miss_rate,
    )  # fmt: skip


async def near_duplicates(census: Census, embedder: Embedder, events: Events = unwatched) -> int | None:
    """How many of the different sentences are within a cosine of 0.9 of an earlier one; None for more than 50,000."""
    texts = list(census.texts)
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
        self.contradictions = self.exclusive = self.afflicted = 0

    def add(self, who: str, pair: tuple[ProfileSentence, ProfileSentence], kinds: Mapping[str, float]) -> bool:
        """Count a pair; whether it is one that a person can't have. That values exclude each other is believed only of
        values that are known, of categories that were not guessed."""
        contradiction = kinds.get(Conflict.CONTRADICTION, 0.0)
        exclusive = Conflict.EXCLUSIVE in kinds and all(one.entity and one.origin != "assigned" for one in pair)
        self.contradictions += contradiction > 0
        self.exclusive += exclusive
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
        edges = conflicts.graph.subgraph(group).edges(data=True)
        wrong = [
            found.add(persona.id, (conflicts.sentences[a], conflicts.sentences[b]), kinds) for a, b, kinds in edges
        ]
        found.afflicted += any(wrong)
    return sum(len(group) * (len(group) - 1) // 2 for group in groups)


async def _categorised(
    people: Sequence[Persona],
    about: dict[ProfileSentence, ProfileSentence],
    taxonomy: Taxonomy,
    embedder: Embedder,
) -> list[Persona]:
    """The people, each sentence with its category; `about` remembers what a sentence was found to be about."""
    new = list(dict.fromkeys(sentence for sentence in _all(people) if sentence not in about))
    about.update(zip(new, await categorise(new, taxonomy, embedder=embedder), strict=True))
    return [p.model_copy(update={"profile": tuple(about[sentence] for sentence in p.profile)}) for p in people]


def _all(people: Iterable[Persona]) -> list[ProfileSentence]:
    return [sentence for persona in people for sentence in persona.profile]


def _chunks(people: Iterable[Persona]) -> Iterator[list[Persona]]:
    stream = iter(people)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk
