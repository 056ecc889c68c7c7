"""How does a pool of profile sentences come about? Categories are asked in waves, and what comes back is filtered.

PersonaChatGen (Lee et al. 2022), its filters in their order: form, value, category, duplicates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...models.client import ChatClient
from ...models.errors import Mistake
from ...models.request import Events, unwatched
from ...models.scorer import Embedder, Nli
from ...models.stream import stream
from ...models.suggesting import suggest
from ..categorising import about, about_above
from ..event import Progressed
from ..judging import check_judge
from ..persona import ProfileSentence
from ..taxonomy import Category, Taxonomy
from .asking import Call, ask, sampling
from .duplicates import Said
from .filters import absent, unfit
from .parsing import Line, read_lines
from .planning import Yield, asked, even, shares, wave
from .survival import Filter, Survival

PART = 64
"""Lines that are filtered at a time; it changes no result, only how often progress is told."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that was not kept, as the model wrote it."""

    raw: str
    category: str
    filter: Filter
    reason: str


@dataclass(frozen=True, slots=True)
class Generated:
    """A pool, and what became of everything else."""

    kept: tuple[ProfileSentence, ...]
    """Category by category, in the order in which they were said."""
    spare: tuple[ProfileSentence, ...]
    """Passed every filter, and are more than were asked for."""
    rejected: tuple[Rejected, ...]
    survival: Survival
    yields: tuple[Yield, ...]
    """One for each category, in order."""
    calls: int
    judge: str
    """Name of the NLI model or embedder that judged categories."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of one reply."""

    call: Call
    line: Line


async def generate(
    client: ChatClient,
    categories: Sequence[Category],
    *,
    count: int,
    seed: int,
    taxonomy: Taxonomy,
    embedder: Embedder,
    nli: Nli | None = None,
    known: Iterable[ProfileSentence] = (),
    concurrency: int = 8,
    events: Events = unwatched,
    settings: Mapping[str, Any] | None = None,
) -> Generated:
    """Ask until `count` sentences are kept, spread evenly over the categories, or all categories are spent.

    A function of the seed and the model's replies, whatever the concurrency. `known`: sentences that must not come
    again. `settings`: sampling parameters other than the paper's. Raises Mistake, for an `nli` without entailment too
    (`judging.category_judge` gives None for those), and what the client raises.
    """
    paths = _checked(categories, count, taxonomy)
    check_judge(nli)
    client = client.bind(sampling=sampling(client.spec, settings))
    filters = Filters(taxonomy, embedder, nli, Said(embedder))
    await filters.said.remember([sentence.text for sentence in known], events)
    kept: list[ProfileSentence] = []
    rejected: list[Rejected] = []
    yields = even(_in_turn(categories, seed), count)
    events(Progressed("keep", 0, count))
    while calls := wave(yields, count):
        replies = await ask(client, calls, taxonomy, seed, concurrency, events)
        heard, passed = _heard(calls, replies), list[Heard]()
        for start in range(0, len(heard), PART):
            through, fell = await filters.sift(heard[start : start + PART])
            passed += through
            rejected += fell
            kept += [_sentence(one) for one in through]
            events(Progressed("filter", min(start + PART, len(heard)), len(heard)))
            events(Progressed("keep", min(len(kept), count), count, kept[-1].text if kept else ""))
        yields = _after(yields, calls, replies, passed)
    pool, spare = _shared(kept, yields, count, paths)
    yields = sorted(yields, key=lambda one: paths.index(one.category.path))
    survival = Survival.of(len(kept) + len(rejected), (one.filter for one in rejected))
    asked_for = sum(one.calls for one in yields)
    return Generated(pool, spare, tuple(rejected), survival, tuple(yields), asked_for, (nli or embedder).name)


@dataclass(frozen=True)
class Filters:
    """The paper's filters; a line that falls at one is shown to no later one."""

    taxonomy: Taxonomy
    embedder: Embedder
    nli: Nli | None
    said: Said

    async def sift(self, heard: Sequence[Heard]) -> tuple[list[Heard], list[Rejected]]:
        """(lines that pass, lines that fall), both in their order."""
        left, fates = list(heard), dict[int, Rejected]()
        for filter in Filter:
            reasons = await self._reasons(filter, left)
            for one, reason in zip(left, reasons, strict=True):
                if reason:
                    fates[id(one)] = Rejected(one.line.raw, one.call.category.path, filter, reason)
            left = [one for one, reason in zip(left, reasons, strict=True) if not reason]
        return left, [fates[id(one)] for one in heard if id(one) in fates]

    async def _reasons(self, filter: Filter, heard: Sequence[Heard]) -> list[str]:
        match filter:
            case Filter.PARSE:
                return [unfit(one.line, one.call.category) for one in heard]
            case Filter.ENTITY:
                return [absent(one.line) for one in heard]
            case Filter.CATEGORY:
                return await self._doubts([_sentence(one) for one in heard])
            case Filter.DUPLICATE:
                return await self.said.repeats([one.line.text for one in heard])

    async def _doubts(self, sentences: Sequence[ProfileSentence]) -> list[str]:
        """Why a sentence isn't about its category: zero-shot NLI, or the embedder where no NLI model is given."""
        least = about_above(self.nli, self.embedder)
        embedder = None if self.nli else self.embedder
        found = await about(sentences, self.taxonomy, embedder=embedder, nli=self.nli)
        return ["" if p >= least else f"it is about its category with {p:.3f}, less than {least}" for p in found]


def _checked(categories: Sequence[Category], count: int, taxonomy: Taxonomy) -> list[str]:
    """Their paths. Raises Mistake."""
    if count < 1:
        raise Mistake(f"count is {count}: ask for at least one sentence")
    if not categories:
        raise Mistake("no category is named: give at least one")
    paths = [category.path for category in categories]
    known = [category.path for category in taxonomy.categories]
    for path in paths:
        if path not in known:
            raise Mistake(f"{path!r} is no category of the taxonomy{suggest(path, known)}")
    return paths


def _in_turn(categories: Sequence[Category], seed: int) -> list[Category]:
    """In the order of the seed: where they can't share evenly, chance decides who gives one more."""
    drawn = list({category.path: category for category in categories}.values())
    stream(seed, "categories").shuffle(drawn)
    return drawn


def _heard(calls: Sequence[Call], replies: Sequence[str | None]) -> list[Heard]:
    return [
        Heard(call, line)
        for call, reply in zip(calls, replies, strict=True)
        for line in read_lines(reply or "", call.category)
    ]


def _sentence(one: Heard) -> ProfileSentence:
    return ProfileSentence(
        text=one.line.text, category=one.call.category.path, entity=one.line.value, origin="generated"
    )


def _after(
    yields: Sequence[Yield], calls: Sequence[Call], replies: Sequence[str | None], passed: Sequence[Heard]
) -> list[Yield]:
    """The yields after a wave."""
    new = dict.fromkeys(calls, 0)
    for one in passed:
        new[one.call] += 1
    gave: dict[str, list[int | None]] = {}
    for call, reply in zip(calls, replies, strict=True):
        gave.setdefault(call.category.path, []).append(None if reply is None else new[call])
    return [asked(one, gave.get(one.category.path, ())) for one in yields]


def _shared(
    kept: Sequence[ProfileSentence], yields: Sequence[Yield], count: int, paths: Sequence[str]
) -> tuple[tuple[ProfileSentence, ...], tuple[ProfileSentence, ...]]:
    """(the pool, what is beyond it): of each category the first ones, categories in the order of their paths."""
    room = dict(zip((one.category.path for one in yields), shares(yields, count), strict=True))
    pool: list[ProfileSentence] = []
    spare: list[ProfileSentence] = []
    for path in dict.fromkeys(paths):
        sentences = [sentence for sentence in kept if sentence.category == path]
        pool += sentences[: room[path]]
        spare += sentences[room[path] :]
    return tuple(pool), tuple(spare)
