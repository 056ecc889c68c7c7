"""What happens at `tertulia personas stats`? A set of people, a pool, or the casts of a run, in numbers."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..corpus.corpus import Corpus
from ..models.metering import Meter
from ..models.request import Events
from ..models.scorer import Embedder, Nli
from ..personas import Persona, Trait
from ..personas.census import UNKNOWN, Census, diversity
from ..personas.personality.selecting import NONE, selections
from ..personas.survey import Survey, entities_of, survey_people, survey_pool
from ..personas.taxonomy import Taxonomy, read_taxonomy
from ..personas.traits import Pole
from ..scenarios.finding import taxonomy_kept
from .counting import Selected, report
from .loading import load_detector, load_embedder
from .printing import print_json
from .progress import progress
from .source import Source
from .terminal import terminal


@dataclass(frozen=True)
class Asked:
    """What was typed."""

    where: str
    against: str | None
    taxonomy: Path | None
    embedder: str
    nli: str | None


@dataclass(frozen=True)
class Counted:
    """What is known of a place."""

    found: Survey
    selected: Selected
    other: Census | None
    """The entities of what it is compared with."""


def census(asked: Asked, *, json: bool, quiet: bool) -> int:
    """Exit code 0. Raises Mistake."""
    taxonomy, console = _taxonomy(asked), terminal()
    with progress(console, Meter(), silent=json or quiet) as events:
        nli, embedder = load_detector(asked.nli, events), load_embedder(asked.embedder, events)
        counted = asyncio.run(_counted(asked, taxonomy, embedder, nli, events))
    if json:
        print_json(as_json(counted))
        return 0
    for part in report(asked.where, counted.found, counted.selected, taxonomy, counted.other, asked.against or ""):
        console.print(part)
    return 0


def _taxonomy(asked: Asked) -> Taxonomy:
    """The one that was named, else that of a run, else the shipped one."""
    if asked.taxonomy or not Source(asked.where).run:
        return read_taxonomy(asked.taxonomy)
    with Corpus.open(asked.where) as corpus:
        return taxonomy_kept(corpus.info)


async def _counted(asked: Asked, taxonomy: Taxonomy, embedder: Embedder, nli: Nli, events: Events) -> Counted:
    source, against = Source(asked.where), Source(asked.against) if asked.against else None
    other = await entities_of(against.sentences(), taxonomy, embedder) if against else None
    if source.pool:
        sentences = source.sentences()
        found = await survey_pool(sentences, taxonomy=taxonomy, embedder=embedder, nli=nli, events=events)
    else:
        people = source.people()
        found = await survey_people(people, taxonomy=taxonomy, embedder=embedder, nli=nli, events=events)
    return Counted(found, _cast(source, found.census) if source.run else {}, other)


def _cast(run: Source, census: Census) -> Selected:
    """What was selected to fit a trait; the census gets the traits of everyone who was cast, each time."""
    census.levels.clear()

    def counted() -> Iterator[Persona]:
        for persona in run.casts():
            census.add_traits(persona)
            yield persona

    return selections(counted())


def as_json(counted: Counted) -> dict[str, Any]:
    """Everything, with nothing cut but the list of clashes, which ends at 20."""
    found = counted.found
    counts, pool = found.census, not found.census.people
    by_category, by_origin, by_scorer = Counter(counts.by_category), Counter(counts.by_origin), Counter(counts.cleared)
    return {
        "people": counts.people,
        "sentences": counts.sentences,
        "different": len(counts.texts),
        "uncategorised": by_category.pop(UNKNOWN, 0),
        "categories": dict(by_category.most_common()),
        "assigned": found.assigned,
        "origins": {origin: count for origin, count in by_origin.most_common() if origin != UNKNOWN},
        "entities": [row._asdict() for row in diversity(counts, counted.other)],
        "words": {"mean": round(counts.mean_words, 3), "deviation": round(counts.words_deviation, 3)},
        "profiles": {str(size): count for size, count in sorted(counts.profiles.items())},
        "uncleared": by_scorer.pop("", 0),
        "cleared_by": dict(by_scorer.most_common()),
        "traits": {
            trait.value: {str(level): count for level, count in sorted(levels.items())}
            for trait, levels in counts.levels.items()
        },
        "unsaid": counts.unsaid,
        "duplicates": {"exact": counts.repeated, "near": found.near},
        "redundant": None if pool else found.redundant,
        "embedder": found.embedder,
        "scorer": found.scorer,
        "pairs": found.scored,
        "contradictions": found.contradictions,
        "exclusive": None if pool else found.exclusive,
        "afflicted": None if pool else found.afflicted,
        "miss_rate": found.miss_rate,
        "candidates": found.candidates,
        "farther": asdict(found.farther) | {"share": found.farther.share} if found.farther else None,
        "clashes": [asdict(clash) for clash in found.clashes],
        "selected": [_selected(*pole, counts) for pole, counts in counted.selected.items()],
    }


def _selected(trait: Trait, pole: Pole, counts: Mapping[str, int]) -> dict[str, Any]:
    chosen = sorted(
        ((text, times) for text, times in counts.items() if text != NONE), key=lambda one: (-one[1], one[0])
    )
    return {"trait": trait.value, "pole": pole.value, "sentences": dict(chosen), "none": counts.get(NONE, 0)}
