"""Which category is a sentence about, and how surely is it about the one that it is said to be?"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..models.request import Events, unwatched
from ..models.scorer import Embedder, Inference, Nli
from .event import Progressed
from .judging import check_judge
from .persona import ProfileSentence
from .taxonomy import Category, Taxonomy, canonical

if TYPE_CHECKING:
    from .prototypes import Prototypes

ABOUT_BY_NLI: Final = 0.9
"""P(about its key) from which a sentence passes, by an NLI model (Lee et al. 2022)."""
ABOUT_BY_EMBEDDER: Final = 0.1
"""The same by an embedder, whose probabilities compete between all categories: of sentences of the category MiniLM lets
nine in ten pass, of others one in a hundred."""
ABOUT_BY: Final = {"lexical": 0.016}
"""By embedders that need another: words alone let eight in ten of the category pass, but a quarter of the others too
(of the taxonomy's own sentences, each held out, 81 % and 23 %; of the library 84 % and 30 %)."""

HYPOTHESIS: Final = "This sentence is about {key}."
_SURE: Final = 0.3
"""Probability below which the nearest category is no more than a guess."""
_ENTAILED: Final = 0.5
_CANDIDATES: Final = 5
"""Nearest categories among which an NLI model chooses; the right one is among MiniLM's five for 93 % of the library."""
_BATCH: Final = 64
_KEPT: Final = 4

_DECIMALS: Final = 4
"""Of scores, before they are compared with anything."""

_known: "dict[tuple[Taxonomy, int], Prototypes]" = {}
"""By taxonomy and the id of the embedder, which the prototypes keep alive: names don't tell two embedders apart."""


async def categorise(
    sentences: Sequence[ProfileSentence],
    taxonomy: Taxonomy,
    *,
    embedder: Embedder | None = None,
    nli: Nli | None = None,
    events: Events = unwatched,
) -> list[ProfileSentence]:
    """The sentences in order, each with a category of the taxonomy, or with None where none fits.

    A known category stays. Others get the category that is nearest by the embedder; with an NLI model as well, the
    one of the five nearest whose key is most surely entailed; with an NLI model alone, of all. Without either, the
    embedder is `connect_embedder("auto")`. The last `Progressed` says how many stay without a category. Raises Mistake
    for an NLI model without entailment.
    """
    check_judge(nli)
    found = [_given(sentence, taxonomy) for sentence in sentences]
    wanted = [index for index, category in enumerate(found) if category is None]
    for done, batch in _batches(wanted):
        chosen = await _chosen([sentences[index] for index in batch], taxonomy, _ready(embedder, nli), nli)
        for index, category in zip(batch, chosen, strict=True):
            found[index] = category
        lost = sum(found[index] is None for index in wanted[:done])
        events(Progressed("categorise", done, len(wanted), f"{lost} without a category"))
    return [_with(sentence, category) for sentence, category in zip(sentences, found, strict=True)]


async def about(
    sentences: Sequence[ProfileSentence],
    taxonomy: Taxonomy,
    *,
    embedder: Embedder | None = None,
    nli: Nli | None = None,
    events: Events = unwatched,
) -> list[float]:
    """P(the sentence is about its category), 0 to 1, in order; 0 where the category is not in the taxonomy.

    With an NLI model: entailment against contradiction of "This sentence is about {key}.", as zero-shot classification
    does, each category by itself; passes from ABOUT_BY_NLI. With an embedder: the share of the category among all, from
    a softmax over cosines that is fitted to the embedder; passes from `about_above`. Rounded to 4 decimals. Raises
    Mistake for an NLI model without entailment.
    """
    check_judge(nli)
    shares = [0.0] * len(sentences)
    owned = {index: category for index, sentence in enumerate(sentences) if (category := _given(sentence, taxonomy))}
    for done, batch in _batches(list(owned)):
        texts = [sentences[index] for index in batch]
        own = [owned[index] for index in batch]
        found = await (_entailed(texts, own, nli) if nli else _shares(texts, own, taxonomy, _ready(embedder, nli)))
        for index, share in zip(batch, found, strict=True):
            shares[index] = share
        events(Progressed("about", done, len(owned)))
    return shares


def about_above(nli: Nli | None, embedder: Embedder | None = None) -> float:
    """The threshold for `about`, which belongs to what measures it."""
    if nli:
        return ABOUT_BY_NLI
    return ABOUT_BY.get(embedder.name, ABOUT_BY_EMBEDDER) if embedder else ABOUT_BY_EMBEDDER


def _ready(embedder: Embedder | None, nli: Nli | None) -> Embedder | None:
    from ..models.local import connect_embedder

    return embedder if embedder or nli else connect_embedder("auto")


async def _chosen(
    sentences: Sequence[ProfileSentence], taxonomy: Taxonomy, embedder: Embedder | None, nli: Nli | None
) -> list[Category | None]:
    if nli is None:
        return await _nearest(sentences, taxonomy, embedder)
    return await _most_entailed(sentences, await _candidates(sentences, taxonomy, embedder), nli)


async def _nearest(
    sentences: Sequence[ProfileSentence], taxonomy: Taxonomy, embedder: Embedder | None
) -> list[Category | None]:
    seen = await _prototypes(taxonomy, embedder)
    found = (await seen.scores(sentences)).round(_DECIMALS)
    shares, floor = seen.shares(found).round(_DECIMALS), round(seen.floor, _DECIMALS)
    return [
        taxonomy.categories[int(near.argmax())] if near.max() >= floor and share.max() >= _SURE else None
        for near, share in zip(found, shares, strict=True)
    ]


async def _candidates(
    sentences: Sequence[ProfileSentence], taxonomy: Taxonomy, embedder: Embedder | None
) -> list[Sequence[Category]]:
    if embedder is None:
        return [taxonomy.categories] * len(sentences)
    scores = await (await _prototypes(taxonomy, embedder)).scores(sentences)
    return [[taxonomy.categories[index] for index in (-row).argsort()[:_CANDIDATES]] for row in scores]


async def _most_entailed(
    sentences: Sequence[ProfileSentence], candidates: Sequence[Sequence[Category]], nli: Nli
) -> list[Category | None]:
    pairs = [(sentence, category) for sentence, row in zip(sentences, candidates, strict=True) for category in row]
    shares = iter(await _entailed([pair[0] for pair in pairs], [pair[1] for pair in pairs], nli))
    best = [max(((next(shares), -place) for place, _ in enumerate(row)), default=(0.0, 0)) for row in candidates]
    return [
        row[-place] if row and share >= _ENTAILED else None
        for row, (share, place) in zip(candidates, best, strict=True)
    ]


async def _entailed(sentences: Sequence[ProfileSentence], own: Sequence[Category], nli: Nli) -> list[float]:
    pairs = [
        (sentence.text, HYPOTHESIS.format(key=category.key)) for sentence, category in zip(sentences, own, strict=True)
    ]
    return [_against(inference) for inference in await nli.infer(pairs)]


def _against(inference: Inference) -> float:
    decided = inference.entailment + inference.contradiction
    return round(inference.entailment / decided, _DECIMALS) if decided else 0.0


async def _shares(
    sentences: Sequence[ProfileSentence], own: Sequence[Category], taxonomy: Taxonomy, embedder: Embedder | None
) -> list[float]:
    place = {category.path: index for index, category in enumerate(taxonomy.categories)}
    seen = await _prototypes(taxonomy, embedder)
    rows = seen.shares(await seen.scores(sentences))
    return [round(float(row[place[category.path]]), _DECIMALS) for row, category in zip(rows, own, strict=True)]


async def _prototypes(taxonomy: Taxonomy, embedder: Embedder | None) -> "Prototypes":
    """Embedding a taxonomy takes seconds, so the last few stay."""
    from .prototypes import prototypes

    assert embedder
    key = (taxonomy, id(embedder))
    if key not in _known:
        made = await prototypes(taxonomy, embedder)
        while len(_known) >= _KEPT:
            del _known[next(iter(_known))]
        _known[key] = made
    return _known[key]


def _given(sentence: ProfileSentence, taxonomy: Taxonomy) -> Category | None:
    return taxonomy.get(sentence.category) if sentence.category else None


def _with(sentence: ProfileSentence, category: Category | None) -> ProfileSentence:
    path = category.path if category else None
    if sentence.category == path:
        return sentence
    respelt = bool(sentence.category and category and canonical(sentence.category) == canonical(category.path))
    origin = sentence.origin if respelt or category is None else "assigned"
    return sentence.model_copy(update={"category": path, "origin": origin})


def _batches(indices: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """How many are done after it, and the batch."""
    for start in range(0, len(indices), _BATCH):
        batch = indices[start : start + _BATCH]
        yield start + len(batch), batch
