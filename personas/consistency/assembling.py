"""How do personas come from a pool of sentences? Many are drawn at once, all their pairs are scored in one go, and what
conflicts is drawn again, until every pair inside each has been scored and none conflicts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ...models.client import ChatClient
from ...models.errors import Mistake
from ...models.request import Events, unwatched
from ...models.scorer import Embedder, Nli, entails
from ..event import Progressed
from ..naming import first_name
from ..persona import Persona
from ..persona import ProfileSentence as Sentence
from ..taxonomy import Taxonomy
from .checking import check_categories, check_supply, distinct
from .conflict import Conflicts
from .conl import Conl, ConlOfAll
from .draft import Builder, Draft, Supply
from .drawing import Tray
from .looking import LARGEST
from .negating import Negator
from .profile import Profile
from .recipe import Recipe
from .report import REPEATED, Report, report_of
from .scoring import BATCH, REMEMBERED, PairScorer

WAVE = 64
"""Personas that are drawn and scored together. Part of what a seed means: another number gives other personas."""
CONCURRENCY = 16
"""Calls of the language model at once."""
RESTARTS = 4
"""How often a persona is begun anew whose sentences leave no way to end it."""


@dataclass(frozen=True)
class Assembled:
    """Personas without conflicts, and what it took."""

    personas: tuple[Persona, ...]
    report: Report


async def assemble(
    pool: Iterable[Sentence],
    recipe: Recipe,
    *,
    taxonomy: Taxonomy,
    nli: Nli,
    embedder: Embedder,
    client: ChatClient | None = None,
    batch: int = BATCH,
    remember: bool = True,
    concurrency: int = CONCURRENCY,
    events: Events = unwatched,
) -> Assembled:
    """As many personas as the recipe wants, or as can be built; the report says why there are no more.

    Every pair of sentences inside a persona has been scored by `nli`, and none is above the thresholds; no two personas
    have the same sentences. The same arguments give the same personas, whatever `batch` and `remember`
    (of PairScorer) are.
    `client` writes the negations of the builder `profile`, `concurrency` at a time; with an `nli` that has no
    entailment they could never count, and nobody is asked. Raises Mistake for a pool that can't fill one persona.
    """
    sentences = distinct(pool)
    check_categories(sentences, taxonomy)
    supply = Supply(sentences, taxonomy, Tray(len(sentences), recipe.reuse))
    check_supply(supply, recipe)
    most = 0 if len(sentences) <= LARGEST else REMEMBERED  # otherwise the conflicts know what was looked at
    scorer = PairScorer(nli, embedder, batch=batch, remember=remember, most=most, events=events)
    negator = _negator(recipe, client, concurrency, events) if entails(nli) else None
    conflicts = Conflicts(sentences, taxonomy, scorer, recipe.thresholds, negator, remember=remember)
    assembly = _Assembly(recipe, supply, conflicts, _builder(recipe, supply), remember, events)
    profiles = await assembly.run()
    cleared = f"{scorer.name}, threshold {recipe.thresholds.contradiction:g}"
    personas = tuple(_persona([sentences[place] for place in profile], cleared) for profile in profiles)
    return Assembled(personas, report_of(recipe, supply, conflicts, assembly.failures, profiles))


def _builder(recipe: Recipe, supply: Supply) -> Builder:
    if recipe.builder == "profile":
        return Profile(supply, recipe.size)
    return (ConlOfAll if recipe.order == "all" else Conl)(supply, recipe.quota)


def _negator(recipe: Recipe, client: ChatClient | None, concurrency: int, events: Events) -> Negator | None:
    if recipe.builder != "profile":
        return None
    if client is None:
        raise Mistake("the builder 'profile' has a language model write negations; give it a client, or take 'conl'")
    return Negator(client, recipe.seed, concurrency=concurrency, events=events)


def _persona(profile: Sequence[Sentence], cleared_by: str) -> Persona:
    return Persona(
        name=first_name([sentence.text for sentence in profile]), profile=tuple(profile), cleared_by=cleared_by
    )


@dataclass
class _Assembly:
    recipe: Recipe
    supply: Supply
    conflicts: Conflicts
    builder: Builder
    remember: bool
    """Whether a draft that was mended is looked at only where it is new."""
    events: Events
    failures: Counter[str] = field(default_factory=Counter)
    """What ran out -> how many drafts ended so."""
    _profiles: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _seen: set[frozenset[int]] = field(default_factory=set)

    async def run(self) -> list[tuple[int, ...]]:
        """Wave after wave, until there are enough, or one brings nothing."""
        begun, built = 0, -1
        self.events(Progressed("assemble", 0, self.recipe.count))
        while built < len(self._profiles) < self.recipe.count:
            built = len(self._profiles)
            size = min(WAVE, self.recipe.count - built)
            await self._wave([Draft(begun + number, self.recipe.seed) for number in range(size)])
            begun += size
        return [self._profiles[index] for index in sorted(self._profiles)]

    async def _wave(self, drafts: list[Draft]) -> None:
        while drafts := [draft for draft in drafts if self._filled(draft)]:
            await self.conflicts.look(pair for draft in drafts for pair in self._pairs(draft))
            drafts = [draft for draft in drafts if not self._done(draft)]

    def _pairs(self, draft: Draft) -> Iterable[tuple[int, int]]:
        return draft.unseen() if self.remember else combinations(draft.held, 2)

    def _filled(self, draft: Draft) -> bool:
        """Whether there is still a way to end it."""
        while short := self.builder.fill(draft):
            self.supply.let_go(draft)
            if draft.restarts == RESTARTS:
                self.failures[REPEATED if draft.repeated else short] += 1
                return False
            draft.restart()
        return True

    def _done(self, draft: Draft) -> bool:
        if self.builder.mend(draft, self.conflicts):
            return False
        profile = self.builder.pick(draft, self._seen)
        if profile is None:
            draft.repeated = True
            self.builder.vary(draft)
            return False
        self._seen.add(frozenset(profile))
        self._profiles[draft.index] = profile
        last = self.supply.sentences[profile[-1]].text
        self.events(Progressed("assemble", len(self._profiles), self.recipe.count, last[:80]))
        return True
